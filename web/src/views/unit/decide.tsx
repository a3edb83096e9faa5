// The outcome of a case: accept with a coordinator, reject with reasons, or the person does not want it.
import { Paragraph } from '@digdir/designsystemet-react';

import { referrals } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { type NeedNotice, NeedNotice_Outcome as Outcome } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { LegalBasis } from '../../gen/individuellplan/type/v1/common_pb';
import { useLanguage } from '../../i18n/language';
import { useDraft } from '../../shared/draft';
import { Check, Choice, Choices, Disclosure, Form, Kept, TextArea, TextInput } from '../../shared/form';

const person = { id: '', name: '', organization: '', organizationName: '', email: '', phone: '' };
type Person = typeof person;

// The law that gives what is decided: plan and coordinator, a coordinator alone, a child coordinator.
const LAWS: Record<number, LegalBasis[]> = {
  [Outcome.PLAN_AND_COORDINATOR]: [LegalBasis.HOL_7_1, LegalBasis.COORD_HOL_7_2],
  [Outcome.COORDINATOR_ONLY]: [LegalBasis.COORD_HOL_7_2],
  [Outcome.CHILD_COORDINATOR]: [LegalBasis.CHILD_COORD_HOL_7_2A],
};
const lawsOf = (outcome: Outcome) => LAWS[outcome] ?? [];

const isPerson = (who: Person) => who.name.trim() && /^\d{11}$/.test(who.id.replace(/\s/g, '')) && who.organization.trim() && who.email.includes('@');

const candidateOf = (who: Person) => ({
  identity: { nationalId: who.id.replace(/\s/g, '') },
  displayName: who.name.trim(),
  organization: who.organization.startsWith('organizations/') ? who.organization : `organizations/${who.organization.replace(/\s/g, '')}`,
  organizationDisplayName: who.organizationName,
  workEmail: who.email.trim(),
  phone: who.phone,
});

function CandidateFields({ value, set }: { value: Person; set: (part: Partial<Person>) => void }) {
  const { t } = useLanguage();
  return (
    <>
      <TextInput label={t.cases.coordinatorName} value={value.name} set={(name) => set({ name })} />
      <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={value.id} set={(id) => set({ id })} inputMode="numeric" />
      <TextInput label={t.group.organizationNumber} value={value.organization} set={(organization) => set({ organization })} inputMode="numeric" />
      <TextInput label={t.group.organizationName} value={value.organizationName} set={(organizationName) => set({ organizationName })} required={false} />
      <TextInput label={t.group.workEmail} type="email" value={value.email} set={(email) => set({ email })} />
      <TextInput label={t.phone} type="tel" value={value.phone} set={(phone) => set({ phone })} required={false} />
    </>
  );
}

export function Accept({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const empty = { outcome: notice.requestedOutcome as Outcome, laws: lawsOf(notice.requestedOutcome), reasons: '', subject: '', who: person };
  const draft = useDraft(`${notice.name}/accept`, empty);
  const { value } = draft;
  const set = (part: Partial<typeof empty>) => draft.set({ ...value, ...part });
  // A citizen about themself gives no number; the unit has it.
  const needsIdentity = notice.consentBasis?.kind === 3;
  const accept = useCommand(
    (_: void, requestId) => referrals.acceptNotice({
      name: notice.name, etag: notice.etag, requestId,
      decision: { outcome: value.outcome, legalBases: value.laws, reasons: value.reasons.trim() },
      coordinator: candidateOf(value.who),
      ...(value.subject ? { subjectIdentity: { nationalId: value.subject.replace(/\s/g, '') } } : {}),
    }),
    () => draft.forget(empty),
  );
  const check = () => {
    if (value.laws.length === 0) return t.cases.chooseLaw;
    if (needsIdentity && !/^\d{11}$/.test(value.subject.replace(/\s/g, ''))) return t.cases.needsIdentity;
    return isPerson(value.who) ? undefined : t.cases.needsCoordinator;
  };
  return (
    <Disclosure text={t.cases.accept} variant="primary">
      <Form command={accept} submit={() => accept.send()} submitText={t.cases.acceptSend} check={check}>
        <Kept show={draft.kept} forget={() => draft.forget(empty)} />
        <Choice label={t.cases.outcome} value={value.outcome} set={(outcome) => set({ outcome, ...(value.laws.join() === lawsOf(value.outcome).join() ? { laws: lawsOf(outcome) } : {}) })} options={([1, 2, 3] as const).map((code) => ({ value: code as Outcome, text: t.outcomes[code] }))} />
        <Choices label={t.more.law} values={value.laws} set={(laws) => set({ laws })}
          options={Object.entries(t.legalBases).filter(([, text]) => text).map(([code, text]) => ({ value: Number(code) as LegalBasis, text }))} />
        <TextArea label={t.cases.reasons} value={value.reasons} set={(reasons) => set({ reasons })} rows={3} required={false} />
        {needsIdentity && <TextInput label={t.cases.subjectIdentity} help={t.cases.subjectIdentityHelp} value={value.subject} set={(subject) => set({ subject })} inputMode="numeric" />}
        <h3>{t.cases.whoCoordinates}</h3>
        <Paragraph className="quiet">{t.cases.wishCounts}</Paragraph>
        <CandidateFields value={value.who} set={(part) => set({ who: { ...value.who, ...part } })} />
      </Form>
    </Disclosure>
  );
}

export function Nominate({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const draft = useDraft(`${notice.name}/nominate`, person);
  const nominate = useCommand(
    (_: void, requestId) => referrals.nominateAnotherCoordinator({ name: notice.name, etag: notice.etag, coordinator: candidateOf(draft.value), requestId }),
    () => draft.forget(person),
  );
  return (
    <Form command={nominate} submit={() => nominate.send()} submitText={t.cases.nominate} check={() => (isPerson(draft.value) ? undefined : t.cases.needsCoordinator)}>
      <CandidateFields value={draft.value} set={(part) => draft.set({ ...draft.value, ...part })} />
    </Form>
  );
}

export function Reject({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const draft = useDraft(`${notice.name}/reject`, { reasons: '', told: false });
  const { value } = draft;
  const reject = useCommand(
    (_: void, requestId) => referrals.rejectNotice({
      name: notice.name, etag: notice.etag, requestId, decision: { reasons: value.reasons.trim(), complaintInformationGiven: value.told },
    }),
    () => draft.forget(),
  );
  return (
    <Disclosure text={t.cases.reject}>
      <Form command={reject} submit={() => reject.send()} submitText={t.cases.reject} tone="danger" check={() => (value.reasons.trim() && value.told ? undefined : t.cases.rejectNeeds)}>
        <TextArea label={t.cases.reasons} help={t.cases.rejectHelp} value={value.reasons} set={(reasons) => draft.set({ ...value, reasons })} />
        <Check label={t.cases.complaintTold} value={value.told} set={(told) => draft.set({ ...value, told })} />
      </Form>
    </Disclosure>
  );
}

export function Decline({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const draft = useDraft(`${notice.name}/decline`, { reasons: '', offered: false });
  const { value } = draft;
  const decline = useCommand(
    (_: void, requestId) => referrals.declineNotice({
      name: notice.name, etag: notice.etag, requestId, decision: { reasons: value.reasons.trim(), coordinatorAloneOffered: value.offered },
    }),
    () => draft.forget(),
  );
  return (
    <Disclosure text={t.cases.decline} variant="tertiary">
      <Form command={decline} submit={() => decline.send()} submitText={t.cases.decline} check={() => (value.offered ? undefined : t.cases.declineNeeds)}>
        <Check label={t.cases.offered} value={value.offered} set={(offered) => draft.set({ ...value, offered })} />
        <TextArea label={t.cases.theirWords} value={value.reasons} set={(reasons) => draft.set({ ...value, reasons })} rows={3} required={false} />
      </Form>
    </Disclosure>
  );
}
