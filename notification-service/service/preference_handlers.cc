#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/field_mask_util.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "notification-service/domain/hours.h"
#include "notification-service/mail/tokens.h"
#include "notification-service/service/handlers.h"

namespace ip::notification {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;

// Whether a kind has a reminder that may be left out.
bool HasOptionalRung(const RuleSet& rules, int kind) {
  const Ladder* ladder = FindLadder(rules, static_cast<Obligation::Kind>(kind));
  return ladder != nullptr && std::any_of(ladder->rungs().begin(), ladder->rungs().end(),
                                          [](const Rung& rung) { return rung.optional(); });
}

absl::Status CheckWishes(const pb::Preferences& wishes, const RuleSet& rules) {
  Violations violations;
  std::set<int> seen;
  for (int i = 0; i < wishes.muted_kinds_size(); ++i) {
    const std::string field = absl::StrCat("preferences.muted_kinds[", i, "]");
    if (!HasOptionalRung(rules, wishes.muted_kinds(i))) {
      violations.Add(field, "all reminders of this kind are mandatory; leave it out");
    }
    if (!seen.insert(wishes.muted_kinds(i)).second) violations.Add(field, "stands twice");
  }
  if (!individuellplan::type::v1::Language_IsValid(wishes.language())) {
    violations.Add("preferences.language", "must be NB, NN, SE or EN");
  }
  if (!pb::Preferences::Digest_IsValid(wishes.digest())) {
    violations.Add("preferences.digest", "must be DAILY or WEEKLY");
  }
  if (!IsUsable({.earliest = wishes.earliest_hour(), .latest = wishes.latest_hour()})) {
    violations.Add(
        "preferences.earliest_hour",
        "earliest_hour and latest_hour must leave time between 07 and 17, to 09 at least");
  }
  return violations.ToStatus();
}

absl::StatusOr<FieldMask> MaskOf(const pb::UpdateMyPreferencesRequest& request) {
  FieldMask mask;
  if (!request.has_update_mask()) {
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    request.preferences().GetReflection()->ListFields(request.preferences(), &fields);
    for (const auto* field : fields) mask.add_paths(field->name());
  } else if (request.update_mask().paths_size() == 1 && request.update_mask().paths(0) == "*") {
    mask = FieldMaskUtil::GetFieldMaskForAllFields<pb::Preferences>();
  } else {
    mask = request.update_mask();
  }
  if (!FieldMaskUtil::IsValidFieldMask<pb::Preferences>(mask)) {
    return InvalidField("update_mask", "names a field that preferences do not have");
  }
  return mask;
}

pb::Preferences Answer(const std::string& recipient, StoredPreferences stored) {
  stored.preferences.set_etag(MakeEtag(recipient + "/preferences", stored.version));
  return stored.preferences;
}

}  // namespace

absl::StatusOr<pb::Preferences> Handlers::GetMyPreferences(rpc::CallContext& ctx,
                                                           const pb::GetMyPreferencesRequest&) {
  auto stored = parts_.inbox->GetPreferences(ctx.caller().person, ctx.deadline());
  if (!stored.ok()) return stored.status();
  return Answer(ctx.caller().person, *std::move(stored));
}

absl::StatusOr<pb::Preferences> Handlers::UpdateMyPreferences(
    rpc::CallContext& ctx, const pb::UpdateMyPreferencesRequest& request) {
  const std::string& recipient = ctx.caller().person;
  auto stored = parts_.inbox->GetPreferences(recipient, ctx.deadline());
  if (!stored.ok()) return stored.status();
  const std::string& etag = request.preferences().etag();
  if (!etag.empty() && etag != Answer(recipient, *stored).etag())
    return EtagMismatch("preferences");
  auto mask = MaskOf(request);
  if (!mask.ok()) return mask.status();
  pb::Preferences wishes = stored->preferences;
  FieldMaskUtil::MergeOptions replace;
  replace.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(request.preferences(), *mask, replace, &wishes);
  wishes.clear_etag();
  auto checked = CheckWishes(wishes, parts_.rules->On(OsloDay(parts_.clock->Now())));
  if (!checked.ok()) return checked;
  auto written = parts_.inbox->SetPreferences(recipient, wishes, stored->version, ctx.deadline());
  if (!written.ok()) return written.status();
  if (!*written) return EtagMismatch("preferences");
  return Answer(recipient, {.preferences = wishes, .version = stored->version + 1});
}

absl::StatusOr<pb::OptOutResponse> Handlers::OptOut(rpc::CallContext& ctx,
                                                    const pb::OptOutRequest& request) {
  const auto message = ReadOptOutToken(parts_.mail_key, request.token());
  if (!message) return NotFound("opt-out token");
  auto muted = parts_.inbox->OptOut(*message, ctx.deadline());
  if (!muted.ok()) return muted.status();
  if (!muted->has_value()) return NotFound("opt-out token");
  Log(Severity::kInfo, "opted_out", {{"delivery", *message}});
  pb::OptOutResponse response;
  for (const auto kind : **muted) response.add_muted_kinds(kind);
  return response;
}

}  // namespace ip::notification
