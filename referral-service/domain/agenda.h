// What a unit's meeting should treat. Units meet every fortnight or so, and the law's time does not
// wait for the meeting. All days are in Europe/Oslo.
#ifndef REFERRAL_SERVICE_DOMAIN_AGENDA_H_
#define REFERRAL_SERVICE_DOMAIN_AGENDA_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

struct MeetingDays {
  absl::CivilDay meeting;
  absl::CivilDay next;
};

// The days a request names: today and 14 days later where it names none. Errors: INVALID_ARGUMENT
// for days that do not exist, or a next meeting that is not later.
absl::StatusOr<MeetingDays> MeetingDaysOf(const pb::GetMeetingAgendaRequest& request,
                                          absl::CivilDay today);

// Why a notice stands on the agenda, the most pressing reason; REASON_UNSPECIFIED when it waits for
// others and need not be treated.
pb::AgendaItem::Reason AgendaReasonOf(const pb::QueueItem& item, const MeetingDays& days);

// The agenda from the unit's queue, in its order; at most 200 points.
pb::GetMeetingAgendaResponse AgendaOf(const std::vector<pb::QueueItem>& queue,
                                      const MeetingDays& days);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_AGENDA_H_
