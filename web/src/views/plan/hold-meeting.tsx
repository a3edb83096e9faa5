// The meeting tool: goal by goal, the owner's verdict beside the services', the owner's own words, minutes, and
// the next date. All in one go, and kept until it is sent.
import { Paragraph } from '@digdir/designsystemet-react';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import type { Evaluation } from '../../gen/individuellplan/plan/v1/evaluation_pb';
import { type Goal, Goal_Achievement, Goal_State } from '../../gen/individuellplan/plan/v1/goal_pb';
import { languageCode, useLanguage } from '../../i18n/language';
import { addDays, fromInput, today, toInput } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Check, Form, Kept, Pick, TextArea, TextInput } from '../../shared/form';
import { Panel } from '../../shared/page';
import { goalsOf, isOwners, wordsOf } from '../../shared/plan/model';
import type { InPlan } from './frame';

interface Verdict {
  owner: Goal_Achievement;
  service: Goal_Achievement;
  notDiscussed: boolean;
}
const none: Verdict = { owner: 0, service: 0, notDiscussed: false };

export function HoldMeeting({ at: { plan, role }, evaluation }: { at: InPlan; evaluation: Evaluation }) {
  const { t, language } = useLanguage();
  const owners = isOwners(role);
  const goals = goalsOf(plan).filter(({ state }) => state === Goal_State.ACTIVE);
  const empty = {
    held: toInput(today()), verdicts: {} as Record<string, Verdict>, statement: '', didNotWish: false, minutes: '', next: toInput(addDays(today(), 182)), closing: false,
  };
  const draft = useDraft(`${evaluation.name}/hold`, empty);
  const { value } = draft;
  const set = (part: Partial<typeof empty>) => draft.set({ ...value, ...part });
  const of = (goal: Goal) => value.verdicts[goal.name] ?? none;
  const setVerdict = (goal: Goal, part: Partial<Verdict>) => set({ verdicts: { ...value.verdicts, [goal.name]: { ...of(goal), ...part } } });
  const hold = useCommand(
    (_: void, requestId) => plans.holdEvaluation({
      requestId,
      ...(value.closing ? { closing: true } : { nextDueDate: fromInput(value.next) }),
      evaluation: {
        name: evaluation.name, etag: evaluation.etag, heldDate: fromInput(value.held), minutes: value.minutes, ownerDidNotWish: value.didNotWish,
        ...(value.statement.trim() && !value.didNotWish ? { ownerStatement: { text: value.statement.trim(), language: languageCode(language) } } : {}),
        goalAssessments: goals.map((goal) => ({
          goal: goal.name, notDiscussed: of(goal).notDiscussed,
          ownerVerdict: of(goal).notDiscussed ? 0 : of(goal).owner, serviceVerdict: of(goal).notDiscussed ? 0 : of(goal).service,
        })),
      },
    }),
    () => draft.forget(empty),
  );
  const verdicts = Object.entries(t.achievements).map(([code, text]) => ({ value: Number(code) as Goal_Achievement, text }));
  const check = () => {
    if (goals.some((goal) => !of(goal).notDiscussed && !of(goal).owner && !of(goal).service)) return t.meetings.judgeAll;
    if (!value.statement.trim() && !value.didNotWish) return owners ? t.meetings.yourStatementNeeded : t.meetings.statementNeeded;
    if (!value.closing && !fromInput(value.next)) return t.meetings.nextNeeded;
    return undefined;
  };
  return (
    <Form command={hold} submit={() => hold.send()} submitText={t.meetings.finish} check={check}>
      <Kept show={draft.kept} forget={() => draft.forget(empty)} />
      {goals.map((goal, i) => (
        <Panel key={goal.name} title={<><span className="number" aria-hidden>{i + 1}</span> «{wordsOf(goal)}»</>}>
          <div className="beside">
            <Pick label={owners ? t.meetings.yourView : t.meetings.ownersView} value={of(goal).owner} set={(owner) => setVerdict(goal, { owner, notDiscussed: false })} options={verdicts} />
            <Pick label={t.meetings.servicesView} value={of(goal).service} set={(service) => setVerdict(goal, { service, notDiscussed: false })} options={verdicts} />
          </div>
          <Check label={t.meetings.didNotDiscuss} value={of(goal).notDiscussed} set={(notDiscussed) => setVerdict(goal, { notDiscussed })} />
        </Panel>
      ))}
      <Panel title={owners ? t.meetings.yourWords : t.meetings.ownersWords}>
        <TextArea label={t.meetings.whatSay} help={t.meetings.toTheLetter} value={value.statement} set={(statement) => set({ statement })} rows={3} required={!value.didNotWish} />
        <Check label={owners ? t.meetings.didNotWishYou : t.meetings.didNotWish} value={value.didNotWish} set={(didNotWish) => set({ didNotWish })} />
      </Panel>
      <Panel title={t.meetings.minutes}>
        <TextArea label={t.meetings.minutesLabel} help={t.meetings.minutesHelp} value={value.minutes} set={(minutes) => set({ minutes })} rows={8} required={false} />
        <TextInput label={t.meetings.heldOn} type="date" value={value.held} set={(held) => set({ held })} />
      </Panel>
      <Panel title={t.meetings.nextTime}>
        {!value.closing && (
          <>
            <TextInput label={t.meetings.nextDay} type="date" value={value.next} set={(next) => set({ next })} />
            <Paragraph className="quiet">{t.meetings.nextHelp}</Paragraph>
          </>
        )}
        <Check label={t.meetings.closing} value={value.closing} set={(closing) => set({ closing })} />
      </Panel>
    </Form>
  );
}
