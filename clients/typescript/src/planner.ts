// What a planning tool does for its user: shows their activities and reports progress.
import { randomUUID } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { connect, run, setting } from './connect.js';
import { Activity_Execution as Execution } from './gen/individuellplan/plan/v1/activity_pb.js';
import { PlanService } from './gen/individuellplan/plan/v1/plan_service_pb.js';

await run(async () => {
  const plans = createClient(PlanService, connect(async () => setting('IP_TOKEN')));
  const mine = [];
  for (let pageToken = ''; ; ) {
    const page = await plans.listMyActivities({ pageToken });
    mine.push(...page.items);
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  for (const { activity, subjectDisplayName } of mine) {
    console.log(`${Execution[activity!.execution]}  ${activity!.title} (${subjectDisplayName})`);
  }
  const going = mine.find(({ activity }) => activity!.execution === Execution.IN_PROGRESS)?.activity;
  if (going === undefined) return console.log('nothing is in progress');
  const reported = await plans.reportActivityProgress({
    name: going.name,
    etag: going.etag, // ABORTED / ETAG_MISMATCH when somebody changed it since: read again
    requestId: randomUUID(),
    note: setting('IP_NOTE', 'Vi møttes som avtalt.'),
  });
  console.log(`reported on ${reported.name}`);
});
