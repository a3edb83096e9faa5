// What the four steps of a notice hold, what each demands, and how it becomes a message of the contract.
import { type Session } from '../../app/session';
import { ConsentBasis_Kind, NeedNotice_Outcome, NeedNotice_Urgency, Notifier_Source } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import type { LifeArea } from '../../gen/individuellplan/type/v1/common_pb';
import type { Texts } from '../../i18n/language';
import { fromInput, toInput, today } from '../../shared/dates';

export interface NoticeForm {
  // Who it is about.
  self: boolean;
  name: string;
  id: string;
  municipality: string;
  phone: string;
  // Who tells.
  source: Notifier_Source;
  relation: string;
  notifierName: string;
  notifierPhone: string;
  notifierEmail: string;
  // The need.
  need: string;
  areas: LifeArea[];
  outcome: NeedNotice_Outcome;
  observed: string;
  urgent: boolean;
  urgencyReason: string;
  // Consent and rights.
  consent: ConsentBasis_Kind;
  consentDate: string;
  consentWhy: string;
  told: boolean;
  toldDate: string;
}

export function emptyForm(session: Session, source: Notifier_Source): NoticeForm {
  const citizen = session.role === 'CITIZEN';
  const self = citizen && !session.actingFor;
  const day = toInput(today());
  return {
    self, name: self ? session.displayName : '', id: '', municipality: session.municipalityCode || '', phone: '',
    source: self ? Notifier_Source.SELF : citizen ? Notifier_Source.RELATED_PERSON : source, relation: '', notifierName: session.role === 'CASE_WORKER' ? '' : session.displayName,
    notifierPhone: '', notifierEmail: '',
    need: '', areas: [], outcome: NeedNotice_Outcome.PLAN_AND_COORDINATOR, observed: day, urgent: false, urgencyReason: '',
    consent: self ? ConsentBasis_Kind.OWN_REQUEST : citizen ? ConsentBasis_Kind.CONSENT_BY_REPRESENTATIVE : ConsentBasis_Kind.CONSENT,
    consentDate: day, consentWhy: '', told: self, toldDate: day,
  };
}

const digits = (text: string) => text.replace(/\s/g, '');

// What step n lacks, in the user's words; nothing when it is complete.
export function lackOf(step: number, form: NoticeForm, t: Texts): string | undefined {
  const lack = t.notice.lack;
  switch (step) {
    case 0:
      if (!form.name.trim()) return lack.name;
      if (!form.self && !/^\d{11}$/.test(digits(form.id))) return lack.id;
      if (!form.municipality) return lack.municipality;
      if (form.source === Notifier_Source.RELATED_PERSON && !form.relation.trim()) return lack.relation;
      if (!form.notifierName.trim()) return lack.notifier;
      return undefined;
    case 1:
      if (!form.need.trim()) return lack.need;
      if (form.areas.length === 0) return lack.areas;
      if (form.urgent && !form.urgencyReason.trim()) return lack.urgency;
      return undefined;
    case 2:
      if (form.consent !== ConsentBasis_Kind.OWN_REQUEST && !fromInput(form.consentDate)) return lack.consentDate;
      if ((form.consent === ConsentBasis_Kind.CONSENT_BY_REPRESENTATIVE || form.consent === ConsentBasis_Kind.OTHER_LEGAL_BASIS) && !form.consentWhy.trim()) return lack.consentWhy;
      if (!form.told) return lack.told;
      return undefined;
    default:
      return undefined;
  }
}

export function toRequest(form: NoticeForm, session: Session) {
  return {
    notice: {
      subject: { displayName: form.name.trim(), municipalityCode: form.municipality, phone: form.phone },
      notifier: {
        displayName: form.notifierName.trim(), source: form.source, relation: form.relation, phone: form.notifierPhone, workEmail: form.notifierEmail,
      },
      needDescription: form.need.trim(),
      lifeAreas: form.areas,
      requestedOutcome: form.outcome,
      needObservedDate: fromInput(form.observed),
      urgency: form.urgent ? NeedNotice_Urgency.URGENT : NeedNotice_Urgency.ROUTINE,
      urgencyReason: form.urgent ? form.urgencyReason : '',
      consentBasis: {
        kind: form.consent, explanation: form.consentWhy,
        ...(form.consent === ConsentBasis_Kind.OWN_REQUEST ? {} : { consentDate: fromInput(form.consentDate) }),
      },
      rightsInformation: { given: form.told, givenDate: fromInput(form.toldDate), givenBy: session.displayName },
    },
    ...(form.self && !form.id ? {} : { subjectIdentity: { nationalId: digits(form.id) } }),
  };
}
