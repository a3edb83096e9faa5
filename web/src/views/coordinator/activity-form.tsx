// A new activity, or the content of one that is there.
import { useNavigate, useParams, useSearchParams } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import type { Activity } from '../../gen/individuellplan/plan/v1/activity_pb';
import type { LifeArea } from '../../gen/individuellplan/type/v1/common_pb';
import { useLanguage } from '../../i18n/language';
import { fromInput, toInput, today } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Choices, Form, Kept, Pick, TextArea, TextInput } from '../../shared/form';
import { Panel } from '../../shared/page';
import { goalsOf, groupOf, ownerOf, wordsOf } from '../../shared/plan/model';
import { NotFound } from '../pages/not-found';
import { type InPlan, PlanFrame, useInPlan } from '../plan/frame';

export function ActivityForm() {
  const { t } = useLanguage();
  const { activity: id } = useParams();
  const { base } = useInPlan();
  return (
    <PlanFrame title={id ? t.activity.editContent : t.edit.newActivity} back={{ to: `${base}/rediger`, text: t.tabs.edit }}>
      {(at) => {
        const found = id ? at.plan.activities.find(({ name }) => name.endsWith(`/activities/${id}`)) : undefined;
        return id && !found ? <NotFound /> : <Fields at={at} activity={found} />;
      }}
    </PlanFrame>
  );
}

function Fields({ at: { plan }, activity }: { at: InPlan; activity?: Activity }) {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const [query] = useSearchParams();
  const goal = plan.goals.find(({ name }) => name.endsWith(`/goals/${query.get('maal')}`));
  const owner = ownerOf(plan);
  const people = [...(owner ? [owner] : []), ...groupOf(plan)];
  const empty = {
    title: activity?.title ?? '', extent: activity?.extent ?? '', how: activity?.implementation ?? '',
    goals: activity?.goals ?? (goal ? [goal.name] : []), area: activity?.lifeArea ?? goal?.lifeArea ?? (0 as LifeArea),
    responsible: activity?.responsible ?? '', contributors: activity?.contributors ?? [],
    start: toInput(activity?.period?.startDate ?? today()), end: toInput(activity?.period?.endDate),
  };
  const draft = useDraft(activity?.name ?? `${plan.name}/new-activity`, empty);
  const { value } = draft;
  const set = (part: Partial<typeof empty>) => draft.set({ ...value, ...part });
  const save = useCommand(
    (_: void, requestId) => {
      const content = {
        title: value.title.trim(), extent: value.extent.trim(), implementation: value.how.trim(), goals: value.goals, lifeArea: value.area,
        contributors: value.contributors, period: { startDate: fromInput(value.start), endDate: fromInput(value.end) },
      };
      return activity
        ? plans.updateActivity({
          activity: { ...content, name: activity.name, etag: activity.etag }, requestId,
          updateMask: { paths: ['title', 'extent', 'implementation', 'goals', 'life_area', 'contributors', 'period'] },
        })
        : plans.createActivity({ parent: plan.name, requestId, activity: { ...content, responsible: value.responsible } });
    },
    ({ name }) => {
      draft.forget(empty);
      navigate(pageOf(name));
    },
  );
  return (
    <Panel title={t.edit.content}>
      <Form command={save} submit={() => save.send()} submitText={t.save} check={() => (value.title.trim() && fromInput(value.start) ? undefined : t.edit.activityNeeds)}>
        <Kept show={draft.kept} forget={() => draft.forget(empty)} />
        <TextInput label={t.edit.whatIsDone} value={value.title} set={(title) => set({ title })} />
        <TextInput label={t.activity.extent} help={t.edit.extentHelp} value={value.extent} set={(extent) => set({ extent })} />
        <TextArea label={t.activity.how} value={value.how} set={(how) => set({ how })} rows={3} />
        {goalsOf(plan).length > 0 && (
          <Choices label={t.activity.whichGoals} values={value.goals} set={(goals) => set({ goals })} options={goalsOf(plan).map((each) => ({ value: each.name, text: `«${wordsOf(each)}»` }))} />
        )}
        <Pick label={t.goal.area} value={value.area} set={(area) => set({ area })} options={Object.entries(t.areas).map(([code, text]) => ({ value: Number(code) as LifeArea, text }))} />
        {!activity && (
          <Pick label={t.activity.responsible} help={t.edit.responsibleHelp} value={value.responsible} set={(responsible) => set({ responsible })}
            options={[{ value: '', text: t.edit.nobodyYet }, ...people.map(({ name, displayName }) => ({ value: name, text: displayName }))]} />
        )}
        <Choices label={t.activity.others} values={value.contributors} set={(contributors) => set({ contributors })} options={people.map(({ name, displayName }) => ({ value: name, text: displayName }))} />
        <div className="beside">
          <TextInput label={t.edit.from} type="date" value={value.start} set={(start) => set({ start })} />
          <TextInput label={t.edit.to} type="date" value={value.end} set={(end) => set({ end })} required={false} />
        </div>
      </Form>
    </Panel>
  );
}
