import individuellplan.plan.v1.ActivityOuterClass.Activity;
import individuellplan.plan.v1.PlanServiceGrpc;
import individuellplan.plan.v1.PlanServiceGrpc.PlanServiceBlockingStub;
import individuellplan.plan.v1.PlanServiceOuterClass.ListMyActivitiesRequest;
import individuellplan.plan.v1.PlanServiceOuterClass.ListMyActivitiesResponse;
import individuellplan.plan.v1.PlanServiceOuterClass.ListMyActivitiesResponse.Item;
import individuellplan.plan.v1.PlanServiceOuterClass.ReportActivityProgressRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** What a planning tool does for its user: shows their activities and reports progress. */
public final class Planner {
  public static void main(String[] arguments) throws Exception {
    ManagedChannel channel = Connect.channel();
    try {
      report(PlanServiceGrpc.newBlockingStub(channel)
          .withCallCredentials(Connect.bearer(Connect.setting("IP_TOKEN", null))));
    } catch (StatusRuntimeException error) {
      Connect.explain(error);
      System.exit(1);
    } finally {
      channel.shutdown();
    }
  }

  private static void report(PlanServiceBlockingStub plans) {
    List<Item> mine = new ArrayList<>();
    String pageToken = "";
    do {
      ListMyActivitiesResponse page = plans.withDeadlineAfter(5, TimeUnit.SECONDS)
          .listMyActivities(ListMyActivitiesRequest.newBuilder().setPageToken(pageToken).build());
      mine.addAll(page.getItemsList());
      pageToken = page.getNextPageToken();
    } while (!pageToken.isEmpty());
    for (Item item : mine) {
      System.out.printf("%s  %s (%s)%n", item.getActivity().getExecution(),
          item.getActivity().getTitle(), item.getSubjectDisplayName());
    }
    Optional<Activity> going = mine.stream().map(Item::getActivity)
        .filter(activity -> activity.getExecution() == Activity.Execution.IN_PROGRESS).findFirst();
    if (going.isEmpty()) {
      System.out.println("nothing is in progress");
      return;
    }
    Activity reported = plans.withDeadlineAfter(5, TimeUnit.SECONDS)
        .reportActivityProgress(ReportActivityProgressRequest.newBuilder()
            .setName(going.get().getName())
            // ABORTED / ETAG_MISMATCH when somebody changed it since: read again.
            .setEtag(going.get().getEtag())
            .setRequestId(UUID.randomUUID().toString())
            .setNote(Connect.setting("IP_NOTE", "Vi møttes som avtalt.")).build());
    System.out.println("reported on " + reported.getName());
  }

  private Planner() {}
}
