// A notice in four short steps: who, the need, consent, look over and send. For health personnel and other
// services; for the person or family who asks for a plan; and for the unit that writes down a call.
import { Button, Heading, Paragraph } from '@digdir/designsystemet-react';
import { type FormEvent, useRef, useState } from 'react';
import { Link } from 'react-router';

import { referrals, useUnits } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { idOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { Notifier_Source } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { useDraft } from '../../shared/draft';
import { Kept } from '../../shared/form';
import { Page, Panel } from '../../shared/page';
import { Problem } from '../../shared/state';
import { ConsentStep, NeedStep, ReviewStep, WhoStep } from './step-fields';
import { emptyForm, lackOf, type NoticeForm, toRequest } from './steps';

export function SendNotice() {
  const { t } = useLanguage();
  const session = useSession();
  const citizen = session.role === 'CITIZEN';
  const empty = emptyForm(session, Notifier_Source.MUNICIPAL_HEALTH);
  const draft = useDraft<NoticeForm>('notice', empty);
  const [step, setStep] = useState(0);
  const [lack, setLack] = useState<string>();
  const head = useRef<HTMLDivElement>(null);
  const units = useUnits();
  const set = (part: Partial<NoticeForm>) => draft.set({ ...draft.value, ...part });
  // Two calls, each repeatable: written down first, then sent.
  const send = useCommand(
    async (_: void, requestId) => {
      const { name, etag } = await referrals.createNotice({ ...toRequest(draft.value, session), requestId });
      return referrals.submitNotice({ name, etag, requestId: `${requestId.slice(0, -1)}${requestId.endsWith('0') ? '1' : '0'}` });
    },
    () => draft.forget(empty),
  );
  if (send.data && send.isDone) return <Sent name={send.data.name} another={() => { send.reset(); setStep(0); }} />;
  const names = t.notice.steps;
  const go = (to: number) => {
    setStep(to);
    setLack(undefined);
    requestAnimationFrame(() => head.current?.focus());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const missing = lackOf(step, draft.value, t);
    setLack(missing);
    if (missing) return;
    if (step < 3) go(step + 1);
    else if (!send.isPending) send.send();
  };
  const props = { form: draft.value, set, units: units.data ?? [] };
  return (
    <Page title={citizen ? t.notice.askTitle : t.notice.title} lead={citizen ? t.notice.askLead : t.notice.lead}>
      <ol className="steps" aria-label={t.notice.progress}>
        {names.map((name, i) => (
          <li key={name} data-state={i < step ? 'done' : i === step ? 'now' : 'later'} aria-current={i === step ? 'step' : undefined}>
            {i < step ? <button type="button" onClick={() => go(i)}>{i + 1}. {name}</button> : <span>{i + 1}. {name}</span>}
          </li>
        ))}
      </ol>
      <form className="form" onSubmit={submit} noValidate>
        <section className="panel">
          <div ref={head} tabIndex={-1} className="no-outline">
            <Heading level={2} data-size="sm"><span className="for-ears">{t.notice.stepOf(step + 1)} </span>{names[step]}</Heading>
          </div>
          <Kept show={draft.kept && step === 0} forget={() => draft.forget(empty)} />
          {step === 0 && <WhoStep {...props} />}
          {step === 1 && <NeedStep {...props} />}
          {step === 2 && <ConsentStep {...props} />}
          {step === 3 && <ReviewStep {...props} go={go} />}
          {lack && <p className="lack" role="alert">{lack}</p>}
          {send.error ? <Problem error={send.error} retry={send.retry} /> : null}
          <div className="buttons">
            <Button type="submit" aria-disabled={send.isPending}>{step < 3 ? t.next : send.isPending ? t.sending : t.notice.send}</Button>
            {step > 0 && <Button type="button" variant="secondary" onClick={() => go(step - 1)}>{t.back}</Button>}
          </div>
        </section>
      </form>
    </Page>
  );
}

function Sent({ name, another }: { name: string; another: () => void }) {
  const { t } = useLanguage();
  return (
    <Page title={t.notice.sent}>
      <Panel title={t.notice.received} tone="good">
        <Paragraph>{t.notice.sentText}</Paragraph>
        <div className="buttons">
          <Button asChild><Link to={`/meldinger/${idOf(name)}`}>{t.notice.follow}</Link></Button>
          <Button variant="secondary" onClick={another}>{t.notice.another}</Button>
        </div>
      </Panel>
    </Page>
  );
}
