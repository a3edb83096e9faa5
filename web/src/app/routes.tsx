// All pages. What a group of users needs comes when it is needed: each import() is a file of its own.
import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';

import { Loading } from '../shared/state';
import { Home } from '../views/home';
import { NotFound } from '../views/pages/not-found';
import { NotificationLink } from '../views/person/notification-link';
import { PlanOverview } from '../views/plan/overview';

function page<Module>(load: () => Promise<Module>, pick: (module: Module) => ComponentType) {
  return lazy(async () => ({ default: pick(await load()) }));
}

const GoalView = page(() => import('../views/plan/goal'), (m) => m.GoalView);
const NewGoal = page(() => import('../views/plan/goal'), (m) => m.NewGoal);
const ActivityView = page(() => import('../views/plan/activity'), (m) => m.ActivityView);
const WishView = page(() => import('../views/plan/wish'), (m) => m.WishView);
const GroupView = page(() => import('../views/plan/group'), (m) => m.GroupView);
const SharingView = page(() => import('../views/plan/sharing'), (m) => m.SharingView);
const ShareWith = page(() => import('../views/plan/share-with'), (m) => m.ShareWith);
const AccessLogView = page(() => import('../views/plan/access-log'), (m) => m.AccessLogView);
const MeetingsView = page(() => import('../views/plan/meetings'), (m) => m.MeetingsView);
const EvaluationView = page(() => import('../views/plan/evaluation'), (m) => m.EvaluationView);
const MoreView = page(() => import('../views/plan/more'), (m) => m.MoreView);
const HistoryView = page(() => import('../views/plan/history'), (m) => m.HistoryView);
const RepresentationView = page(() => import('../views/plan/representation'), (m) => m.RepresentationView);
const PrintView = page(() => import('../views/plan/print'), (m) => m.PrintView);
const FormerPlan = page(() => import('../views/plan/print'), (m) => m.FormerPlan);
const Editor = page(() => import('../views/coordinator/editor'), (m) => m.Editor);
const ActivityForm = page(() => import('../views/coordinator/activity-form'), (m) => m.ActivityForm);
const PlansView = page(() => import('../views/helper/plans'), (m) => m.PlansView);
const MyActivities = page(() => import('../views/helper/my-activities'), (m) => m.MyActivities);
const EmergencyView = page(() => import('../views/helper/emergency'), (m) => m.EmergencyView);
const Inbox = page(() => import('../views/person/inbox'), (m) => m.Inbox);
const SettingsView = page(() => import('../views/person/settings'), (m) => m.SettingsView);
const SendNotice = page(() => import('../views/notice/send'), (m) => m.SendNotice);
const MyNotices = page(() => import('../views/notice/my-notices'), (m) => m.MyNotices);
const MyNotice = page(() => import('../views/notice/my-notice'), (m) => m.MyNotice);
const QueueView = page(() => import('../views/unit/queue'), (m) => m.QueueView);
const CaseView = page(() => import('../views/unit/case'), (m) => m.CaseView);
const Agenda = page(() => import('../views/unit/agenda'), (m) => m.Agenda);
const FollowUp = page(() => import('../views/unit/follow-up'), (m) => m.FollowUp);
const UnitPlan = page(() => import('../views/unit/unit-plan'), (m) => m.UnitPlan);
const Coordinators = page(() => import('../views/unit/coordinators'), (m) => m.Coordinators);
const StatisticsView = page(() => import('../views/unit/statistics'), (m) => m.StatisticsView);
const LogReview = page(() => import('../views/unit/log-review'), (m) => m.LogReview);
const LogOfPlan = page(() => import('../views/unit/log-review'), (m) => m.LogOfPlan);
const LoggedIn = page(() => import('../views/pages/logged-in'), (m) => m.LoggedIn);

export function Pages() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/varsel/:notification" element={<NotificationLink />} />
        <Route path="/varsler" element={<Inbox />} />
        <Route path="/varsler/innstillinger" element={<SettingsView />} />
        <Route path="/meld" element={<SendNotice />} />
        <Route path="/meldinger" element={<MyNotices />} />
        <Route path="/meldinger/:notice" element={<MyNotice />} />
        <Route path="/mine-tiltak" element={<MyActivities />} />
        <Route path="/nodtilgang" element={<EmergencyView />} />
        <Route path="/planer" element={<PlansView />} />
        <Route path="/planer/:plan">
          <Route index element={<PlanOverview />} />
          <Route path="maal/nytt" element={<NewGoal />} />
          <Route path="maal/:goal" element={<GoalView />} />
          <Route path="tiltak/:activity" element={<ActivityView />} />
          <Route path="onske" element={<WishView />} />
          <Route path="gruppa" element={<GroupView />} />
          <Route path="deling" element={<SharingView />} />
          <Route path="deling/:participant" element={<ShareWith />} />
          <Route path="innsyn" element={<AccessLogView />} />
          <Route path="moter" element={<MeetingsView />} />
          <Route path="evalueringer/:evaluation" element={<EvaluationView />} />
          <Route path="mer" element={<MoreView />} />
          <Route path="historikk" element={<HistoryView />} />
          <Route path="historikk/:revision" element={<FormerPlan />} />
          <Route path="representasjon" element={<RepresentationView />} />
          <Route path="skriv-ut" element={<PrintView />} />
          <Route path="rediger" element={<Editor />} />
          <Route path="rediger/tiltak" element={<ActivityForm />} />
          <Route path="rediger/tiltak/:activity" element={<ActivityForm />} />
        </Route>
        <Route path="/saker/:notice" element={<CaseView />} />
        <Route path="/enhet/planer/:plan" element={<UnitPlan />} />
        <Route path="/enheter/:unit/ko" element={<QueueView />} />
        <Route path="/enheter/:unit/saksliste" element={<Agenda />} />
        <Route path="/enheter/:unit/oppfolging" element={<FollowUp />} />
        <Route path="/enheter/:unit/koordinatorer" element={<Coordinators />} />
        <Route path="/enheter/:unit/statistikk" element={<StatisticsView />} />
        <Route path="/enheter/:unit/innsyn" element={<LogReview />} />
        <Route path="/enheter/:unit/innsyn/:plan" element={<LogOfPlan />} />
        <Route path="/innlogget" element={<LoggedIn />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
