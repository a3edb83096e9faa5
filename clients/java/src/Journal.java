import com.google.type.Date;
import individuellplan.referral.v1.NeedNoticeOuterClass.ConsentBasis;
import individuellplan.referral.v1.NeedNoticeOuterClass.NeedNotice;
import individuellplan.referral.v1.NeedNoticeOuterClass.NoticeSubject;
import individuellplan.referral.v1.NeedNoticeOuterClass.Notifier;
import individuellplan.referral.v1.NeedNoticeOuterClass.RightsInformation;
import individuellplan.referral.v1.ReferralServiceGrpc;
import individuellplan.referral.v1.ReferralServiceGrpc.ReferralServiceBlockingStub;
import individuellplan.referral.v1.ReferralServiceOuterClass.ActionRequest;
import individuellplan.referral.v1.ReferralServiceOuterClass.CreateNoticeRequest;
import individuellplan.referral.v1.ReferralServiceOuterClass.GetNoticeRequest;
import individuellplan.type.v1.Common.LifeArea;
import individuellplan.type.v1.Common.PersonIdentity;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** What a journal system does: sends a notice of need and follows its status. */
public final class Journal {
  private static final Set<NeedNotice.State> OPEN = EnumSet.of(
      NeedNotice.State.SUBMITTED, NeedNotice.State.IN_TRIAGE, NeedNotice.State.AWAITING_INFO,
      NeedNotice.State.ACCEPTED);

  public static void main(String[] arguments) throws Exception {
    String token = Connect.systemToken("individuellplan/notices.write individuellplan/notices.read");
    ManagedChannel channel = Connect.channel();
    try {
      follow(ReferralServiceGrpc.newBlockingStub(channel).withCallCredentials(Connect.bearer(token)));
    } catch (StatusRuntimeException error) {
      Connect.explain(error);
      System.exit(1);
    } finally {
      channel.shutdown();
    }
  }

  private static void follow(ReferralServiceBlockingStub referral) throws InterruptedException {
    NeedNotice draft = in5Seconds(referral).createNotice(CreateNoticeRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        // Synthetic: month + 80. It is never stored in the notice and never answered.
        .setSubjectIdentity(PersonIdentity.newBuilder()
            .setNationalId(Connect.setting("IP_NATIONAL_ID", "19878500876")))
        .setNotice(makeNotice()).build());
    // The same request id in a repeated call makes it one call: safe after a lost answer.
    NeedNotice notice = in5Seconds(referral).submitNotice(ActionRequest.newBuilder()
        .setName(draft.getName()).setEtag(draft.getEtag())
        .setRequestId(UUID.randomUUID().toString()).build());
    show(notice);
    long end = System.currentTimeMillis()
        + 1000 * Long.parseLong(Connect.setting("IP_FOLLOW_SECONDS", "60"));
    while (OPEN.contains(notice.getState()) && System.currentTimeMillis() < end) {
      Thread.sleep(500);
      NeedNotice found =
          in5Seconds(referral).getNotice(GetNoticeRequest.newBuilder().setName(notice.getName()).build());
      if (found.getState() != notice.getState()) show(found);
      notice = found;
    }
  }

  private static ReferralServiceBlockingStub in5Seconds(ReferralServiceBlockingStub referral) {
    return referral.withDeadlineAfter(5, TimeUnit.SECONDS);
  }

  private static void show(NeedNotice notice) {
    Date due = notice.getClock().getDeadlineDate();
    System.out.printf("%s is %s; an answer is due by %d-%02d-%02d%n",
        notice.getName(), notice.getState(), due.getYear(), due.getMonth(), due.getDay());
  }

  private static NeedNotice makeNotice() {
    LocalDate now = LocalDate.now();
    Date today = Date.newBuilder()
        .setYear(now.getYear()).setMonth(now.getMonthValue()).setDay(now.getDayOfMonth()).build();
    return NeedNotice.newBuilder()
        .setSubject(NoticeSubject.newBuilder()
            .setDisplayName("Karolina Nowicka").setMunicipalityCode("4699"))
        .setNotifier(Notifier.newBuilder()
            .setDisplayName("Jonas Berg").setSource(Notifier.Source.GENERAL_PRACTITIONER)
            .setWorkEmail("jonas.berg@legesenter.example"))
        .setNeedDescription("Trenger hjelp fra hjemmetjenesten, Nav og oss over lang tid, og én å ringe til.")
        .addLifeAreas(LifeArea.HEALTH).addLifeAreas(LifeArea.WORK)
        .setRequestedOutcome(NeedNotice.Outcome.PLAN_AND_COORDINATOR)
        .setNeedObservedDate(today)
        .setUrgency(NeedNotice.Urgency.ROUTINE)
        // Without these two the notice cannot be sent: hpl § 22 and pbrl § 3-2.
        .setConsentBasis(ConsentBasis.newBuilder()
            .setKind(ConsentBasis.Kind.CONSENT).setConsentDate(today))
        .setRightsInformation(RightsInformation.newBuilder().setGiven(true).setGivenDate(today))
        .build();
  }

  private Journal() {}
}
