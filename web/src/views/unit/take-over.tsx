// Somebody moved here with the file of their plan: the unit opens it anew. Case workers alone.
import { Field, Input, Label, Link, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { idOf } from '../../api/resources';
import { useLanguage } from '../../i18n/language';
import { Disclosure, Form, TextInput } from '../../shared/form';
import { Panel } from '../../shared/page';

export function TakeOver({ unit }: { unit: string }) {
  const { t } = useLanguage();
  const [files, setFiles] = useState<File[]>([]);
  const [id, setId] = useState('');
  const signature = files.find(({ name }) => name.endsWith('.jws'));
  const content = files.find((file) => file !== signature);
  const nationalId = id.replace(/\s/g, '');
  const take = useCommand(async (_: void, requestId) => plans.importPlan({
    unit, requestId, subjectIdentity: { nationalId },
    bundle: { content: new Uint8Array(await content!.arrayBuffer()), signature: await signature!.text(), contentType: 'application/vnd.individuellplan.bundle+proto' },
  }));
  return (
    <Panel title={t.takeOver.title} intro={t.takeOver.text}>
      <Disclosure text={t.takeOver.begin}>
        <Form command={take} submit={() => take.send()} submitText={t.takeOver.send} check={() => (content && signature && /^\d{11}$/.test(nationalId) ? undefined : t.takeOver.needs)}
          done={take.data && <>✓ {t.takeOver.done} <Link asChild><RouterLink to={`/enhet/planer/${idOf(take.data.name)}`}>{t.takeOver.open}</RouterLink></Link></>}>
          <Paragraph>{t.takeOver.what}</Paragraph>
          <Field>
            <Label>{t.takeOver.files}</Label>
            <Field.Description>{t.takeOver.filesHelp}</Field.Description>
            <Input type="file" multiple onChange={(event) => setFiles([...(event.target.files ?? [])])} />
          </Field>
          <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={id} set={setId} inputMode="numeric" />
        </Form>
      </Disclosure>
    </Panel>
  );
}
