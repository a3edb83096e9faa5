#include "referral-service/domain/draft.h"

#include <google/protobuf/util/field_mask_util.h>

#include <array>

#include "lib/base/errors.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;

constexpr std::array kInputs = {"subject.display_name",
                                "subject.birth_date",
                                "subject.municipality_code",
                                "subject.phone",
                                "subject.language",
                                "subject.interpreter_languages",
                                "notifier.source",
                                "notifier.display_name",
                                "notifier.phone",
                                "notifier.work_email",
                                "notifier.relation",
                                "unit",
                                "need_description",
                                "life_areas",
                                "requested_outcome",
                                "current_services",
                                "need_observed_date",
                                "urgency",
                                "urgency_reason",
                                "consent_basis",
                                "rights_information"};

const FieldMask& Inputs() {
  static const FieldMask mask = [] {
    FieldMask inputs;
    for (const char* path : kInputs) inputs.add_paths(path);
    return inputs;
  }();
  return mask;
}

bool IsSet(const google::protobuf::Message& message, const std::string& path) {
  const auto* reflection = message.GetReflection();
  const size_t dot = path.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot != std::string::npos) {
    return reflection->HasField(message, field) &&
           IsSet(reflection->GetMessage(message, field), path.substr(dot + 1));
  }
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0
                              : reflection->HasField(message, field);
}

FieldMask SetInputs(const pb::NeedNotice& request) {
  FieldMask mask;
  for (const char* path : kInputs) {
    if (IsSet(request, path)) mask.add_paths(path);
  }
  return mask;
}

void TakeOver(pb::NeedNotice& notice, const pb::NeedNotice& request, const FieldMask& mask) {
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(request, mask, options, &notice);
}

}  // namespace

pb::NeedNotice NewDraft(const pb::NeedNotice& request, const std::string& subject,
                        const Caller& caller, const Reference& reference, const Step& step) {
  pb::NeedNotice notice;
  TakeOver(notice, request, SetInputs(request));
  notice.set_state(pb::NeedNotice::DRAFT);
  notice.mutable_subject()->set_person(subject);

  auto* notifier = notice.mutable_notifier();
  notifier->set_recorded_by_unit(caller.role == type::CASE_WORKER);
  if (!notifier->recorded_by_unit()) {
    notifier->set_person(caller.person);
    notifier->set_organization(caller.organization);
    notifier->set_hpr_number(caller.hpr_number);
    const auto* organization = reference.FindOrganization(caller.organization);
    if (organization) notifier->set_organization_display_name(organization->display_name());
  }
  if (notifier->display_name().empty()) notifier->set_display_name(step.display_name);

  Record(notice, step);
  return notice;
}

absl::Status UpdateDraft(pb::NeedNotice& notice, const pb::NeedNotice& request,
                         const FieldMask& mask, const Step& step) {
  FieldMask wanted;
  if (mask.paths().empty()) {
    wanted = SetInputs(request);
  } else if (mask.paths_size() == 1 && mask.paths(0) == "*") {
    wanted = Inputs();
  } else {
    for (const auto& path : mask.paths()) {
      if (!FieldMaskUtil::IsValidPath<pb::NeedNotice>(path)) {
        return InvalidField("update_mask",
                            "It names a field that a notice does not have. Use the names of the "
                            "proto in snake_case, e.g. \"need_description\".");
      }
    }
    FieldMaskUtil::Intersect(mask, Inputs(), &wanted);
  }
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  TakeOver(notice, request, wanted);
  return absl::OkStatus();
}

bool IsProfessional(pb::Notifier::Source source) {
  return source != pb::Notifier::SOURCE_UNSPECIFIED && source != pb::Notifier::RELATED_PERSON &&
         source != pb::Notifier::SELF;
}

}  // namespace ip::referral
