// Who takes part, what each brings, and how to reach them.
import { Button, Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { idOf } from '../../api/resources';
import { type Participant, Participant_Kind } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { useLanguage } from '../../i18n/language';
import { today } from '../../shared/dates';
import { Choice, Disclosure, Form, Pick, TextArea, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { isOwners, mayEdit, SECTIONS, shareOf } from '../../shared/plan/model';
import { membersOf, Network } from '../../shared/plan/network';
import { type InPlan, PlanFrame } from './frame';

export function GroupView() {
  const { t } = useLanguage();
  return (
    <PlanFrame title={t.tabs.group} lead={() => t.group.lead}>
      {(at) => (
        <>
          <Panel title={t.group.picture}><Network plan={at.plan} /><Members at={at} /></Panel>
          {at.plan.collaborationNeeds.length > 0 && (
            <Panel title={t.group.wanted}>
              <ul className="lines">
                {at.plan.collaborationNeeds.map(({ party, purpose }) => <li key={party}><div><strong>{party}</strong><div>{purpose}</div></div></li>)}
              </ul>
            </Panel>
          )}
          {mayEdit(at.role) && <Panel title={t.group.invite} intro={t.group.inviteText}><Invite at={at} /></Panel>}
        </>
      )}
    </PlanFrame>
  );
}

function Members({ at }: { at: InPlan }) {
  const { t } = useLanguage();
  const { plan, role, base } = at;
  const members = membersOf(plan);
  if (members.length === 0) return <Empty>{t.plan.noGroup}</Empty>;
  return (
    <ul className="lines people">
      {members.map(({ person, coordinator, count }) => {
        const sees = shareOf(plan, person)?.sections ?? [];
        return (
          <li key={person.name}>
            <div>
              <strong>{person.displayName}</strong> {coordinator && <Tag data-size="sm" data-color="success"><span aria-hidden>★ </span>{t.plan.coordinator}</Tag>}
              <div className="quiet">{[person.roleTitle, person.organizationDisplayName].filter(Boolean).join(', ')}</div>
              {person.contribution && <Paragraph>{person.contribution}</Paragraph>}
              <div className="quiet">
                <div className="inline-list">
                  {person.phone && <Link href={`tel:${person.phone.replace(/\s/g, '')}`}>{person.phone}</Link>}
                  {person.workEmail && <Link href={`mailto:${person.workEmail}`}>{person.workEmail}</Link>}
                </div>
                {count > 0 && <div>{t.plan.activityCount(count)}</div>}
              </div>
            </div>
            <div className="line-side">
              {(isOwners(role) || role === 'coordinator') && (
                <>
                  <span className="quiet">{coordinator ? t.group.seesAll : t.group.sees(sees.length, SECTIONS.length)}</span>
                  <Button asChild variant="secondary" data-size="sm">
                    <RouterLink to={`${base}/deling/${idOf(person.name)}`}>{t.sharing.oneHeading(person.displayName)}</RouterLink>
                  </Button>
                  {!coordinator && <Remove at={at} person={person} />}
                </>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Remove({ at: { plan }, person }: { at: InPlan; person: Participant }) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const end = useCommand((_: void, requestId) => plans.endParticipation({
    name: person.name, etag: plan.participants.find(({ name }) => name === person.name)?.etag ?? person.etag, reason, requestId,
  }));
  return (
    <Disclosure text={t.group.remove} variant="tertiary">
      <Form command={end} submit={() => end.send()} submitText={t.group.removeYes(person.displayName)} tone="danger">
        <Paragraph>{t.group.removeText}</Paragraph>
        <TextArea label={t.reason} value={reason} set={setReason} rows={2} required={false} />
      </Form>
    </Disclosure>
  );
}

// What `workplace` says when it is none of those in the plan.
const ELSEWHERE = 'elsewhere';

const blank = {
  kind: Participant_Kind.PROFESSIONAL as Participant_Kind, name: '', id: '', title: '', workplace: '', organization: '', organizationName: '', email: '', phone: '', contribution: '',
};

function Invite({ at: { plan, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const [form, setForm] = useState(blank);
  const set = (part: Partial<typeof blank>) => setForm({ ...form, ...part });
  const professional = form.kind === Participant_Kind.PROFESSIONAL;
  const known = new Map(plan.participants.filter((p) => p.organization).map((p) => [p.organization, p.organizationDisplayName]));
  const elsewhere = known.size === 0 || form.workplace === ELSEWHERE;
  const lack = () => {
    if (!form.name.trim() || !/^\d{11}$/.test(form.id.replace(/\s/g, ''))) return t.group.nameAndId;
    if (!professional) return undefined;
    if (elsewhere) return form.organization.trim() ? undefined : t.group.needOrganization;
    return form.workplace ? undefined : t.group.needWorkplace;
  };
  const invite = useCommand(
    (_: void, requestId) => plans.createParticipant({
      parent: plan.name, requestId, identity: { nationalId: form.id.replace(/\s/g, '') },
      participant: {
        kind: form.kind, displayName: form.name.trim(), roleTitle: form.title, phone: form.phone, contribution: form.contribution,
        period: { startDate: today() },
        ...(professional ? {
          ...(elsewhere ? { organization: `organizations/${form.organization.replace(/\s/g, '')}`, organizationDisplayName: form.organizationName }
            : { organization: form.workplace, organizationDisplayName: known.get(form.workplace) }),
          workEmail: form.email,
        } : {}),
      },
    }),
    () => setForm(blank),
  );
  const added = invite.data;
  return (
    <>
      {added && (
        <Panel tone="good" title={t.group.added(added.displayName)} level={3}>
          <Paragraph>{t.group.addedText}</Paragraph>
          <Button asChild><RouterLink to={`${base}/deling/${idOf(added.name)}`}>{t.group.chooseSees}</RouterLink></Button>
        </Panel>
      )}
      <Disclosure text={t.group.inviteOne}>
        <Form command={invite} submit={() => invite.send()} submitText={t.group.inviteSend}
          check={lack}>
          <Choice label={t.group.who} value={form.kind} set={(kind) => set({ kind })} options={[
            { value: Participant_Kind.PROFESSIONAL, text: t.participantKinds[2] }, { value: Participant_Kind.RELATED_PERSON, text: t.participantKinds[3] },
          ]} />
          <TextInput label={t.name} value={form.name} set={(name) => set({ name })} />
          <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={form.id} set={(id) => set({ id })} inputMode="numeric" />
          <TextInput label={professional ? t.group.jobTitle : t.group.relation} value={form.title} set={(title) => set({ title })} required={false} />
          {professional && (
            <>
              {known.size > 0 && (
                <Pick label={t.group.organizationName} value={form.workplace} set={(workplace) => set({ workplace })} options={[
                  { value: '', text: t.notice.choose }, ...[...known].map(([value, name]) => ({ value, text: name || idOf(value) })), { value: ELSEWHERE, text: t.group.elsewhere },
                ]} />
              )}
              {elsewhere && (
                <>
                  <TextInput label={t.group.organizationNumber} value={form.organization} set={(organization) => set({ organization })} inputMode="numeric" />
                  <TextInput label={t.group.workplaceName} value={form.organizationName} set={(organizationName) => set({ organizationName })} required={false} />
                </>
              )}
              <TextInput label={t.group.workEmail} type="email" value={form.email} set={(email) => set({ email })} />
            </>
          )}
          <TextInput label={t.phone} type="tel" value={form.phone} set={(phone) => set({ phone })} required={false} />
          <TextArea label={t.group.contribution} value={form.contribution} set={(contribution) => set({ contribution })} rows={2} required={false} />
        </Form>
      </Disclosure>
    </>
  );
}
