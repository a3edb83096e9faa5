#include "referral-service/worker/forwarding.h"

#include "referral-service/domain/decisions.h"

namespace ip::referral {

absl::Status CompleteForwarding(NoticeRepository& notices, WorkRepository& work,
                                const pb::NeedNotice& forwarded, absl::Time deadline) {
  // Only the first one finds the secrets: with the new notice they go away from the old one.
  auto secrets = work.GetSecrets(deadline, forwarded.name());
  if (!secrets.ok()) return secrets.status();
  const auto& step = *forwarded.history().rbegin();
  document::Context ctx;
  ctx.actor = step.actor();
  ctx.action = step.action();
  ctx.reason = step.reason();
  ctx.deadline = deadline;
  pb::NeedNotice copy = ForwardedCopy(forwarded);
  auto others = notices.FindOthers(deadline, copy.subject().person(), copy.unit());
  if (!others.ok()) return others.status();
  for (auto& name : *others) copy.add_possible_duplicates(std::move(name));
  const auto created = notices.Create(ctx, forwarded.forwarded_to(), copy, *secrets);
  return absl::IsAlreadyExists(created.status()) ? absl::OkStatus() : created.status();
}

}  // namespace ip::referral
