// What a journal system does: sends a notice of need and follows its status.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { connect, run, setting, systemToken } from './connect.js';
import { DateSchema } from './gen/google/type/date_pb.js';
import {
  ConsentBasis_Kind,
  type NeedNotice,
  NeedNotice_Outcome,
  NeedNotice_State as State,
  NeedNotice_Urgency,
  Notifier_Source,
} from './gen/individuellplan/referral/v1/need_notice_pb.js';
import { ReferralService } from './gen/individuellplan/referral/v1/referral_service_pb.js';
import { LifeArea } from './gen/individuellplan/type/v1/common_pb.js';

const OPEN = [State.SUBMITTED, State.IN_TRIAGE, State.AWAITING_INFO, State.ACCEPTED];

function show({ name, state, clock }: NeedNotice): void {
  const { year, month, day } = clock!.deadlineDate!;
  const due = [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
  console.log(`${name} is ${State[state]}; an answer is due by ${due}`);
}

await run(async () => {
  const scope = 'individuellplan/notices.write individuellplan/notices.read';
  const referral = createClient(ReferralService, connect(systemToken(scope)));
  const now = new Date();
  const today = create(DateSchema, {
    year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate(),
  });
  const draft = await referral.createNotice({
    requestId: randomUUID(),
    // Synthetic: month + 80. It is never stored in the notice and never answered.
    subjectIdentity: { nationalId: setting('IP_NATIONAL_ID', '19878500876') },
    notice: {
      subject: { displayName: 'Karolina Nowicka', municipalityCode: '4699' },
      notifier: {
        displayName: 'Jonas Berg',
        source: Notifier_Source.GENERAL_PRACTITIONER,
        workEmail: 'jonas.berg@legesenter.example',
      },
      needDescription: 'Trenger hjelp fra hjemmetjenesten, Nav og oss over lang tid, og én å ringe til.',
      lifeAreas: [LifeArea.HEALTH, LifeArea.WORK],
      requestedOutcome: NeedNotice_Outcome.PLAN_AND_COORDINATOR,
      needObservedDate: today,
      urgency: NeedNotice_Urgency.ROUTINE,
      // Without these two the notice cannot be sent: hpl § 22 and pbrl § 3-2.
      consentBasis: { kind: ConsentBasis_Kind.CONSENT, consentDate: today },
      rightsInformation: { given: true, givenDate: today },
    },
  });
  // The same requestId in a repeated call makes it one call: safe after a lost answer.
  let notice = await referral.submitNotice({ name: draft.name, etag: draft.etag, requestId: randomUUID() });
  show(notice);
  const end = Date.now() + 1000 * Number(setting('IP_FOLLOW_SECONDS', '60'));
  while (OPEN.includes(notice.state) && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 500));
    const found = await referral.getNotice({ name: notice.name });
    if (found.state !== notice.state) show(found);
    notice = found;
  }
});
