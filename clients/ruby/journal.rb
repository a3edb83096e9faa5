# What a journal system does: sends a notice of need and follows its status.
require "date"
require "securerandom"
require_relative "connect"
require "individuellplan/referral/v1/referral_service_services_pb"

include Individuellplan::Referral::V1
OPEN = %i[SUBMITTED IN_TRIAGE AWAITING_INFO ACCEPTED].freeze

def show(notice)
  due = notice.clock.deadline_date
  printf("%s is %s; an answer is due by %d-%02d-%02d\n", notice.name, notice.state, due.year, due.month, due.day)
  $stdout.flush
end

run do
  token = system_token("individuellplan/notices.write individuellplan/notices.read")
  call = { metadata: { "authorization" => "Bearer #{token}" } }
  referral = connect(ReferralService)
  today = Google::Type::Date.new(year: Date.today.year, month: Date.today.month, day: Date.today.day)
  draft = referral.create_notice(CreateNoticeRequest.new(
    request_id: SecureRandom.uuid,
    # Synthetic: month + 80. It is never stored in the notice and never answered.
    subject_identity: { national_id: ENV.fetch("IP_NATIONAL_ID", "19878500876") },
    notice: {
      subject: { display_name: "Karolina Nowicka", municipality_code: "4699" },
      notifier: { display_name: "Jonas Berg", source: :GENERAL_PRACTITIONER,
                  work_email: "jonas.berg@legesenter.example" },
      need_description: "Trenger hjelp fra hjemmetjenesten, Nav og oss over lang tid, og én å ringe til.",
      life_areas: %i[HEALTH WORK],
      requested_outcome: :PLAN_AND_COORDINATOR,
      need_observed_date: today,
      urgency: :ROUTINE,
      # Without these two the notice cannot be sent: hpl § 22 and pbrl § 3-2.
      consent_basis: { kind: :CONSENT, consent_date: today },
      rights_information: { given: true, given_date: today }
    }
  ), **call)
  # The same request_id in a repeated call makes it one call: safe after a lost answer.
  notice = referral.submit_notice(
    ActionRequest.new(name: draft.name, etag: draft.etag, request_id: SecureRandom.uuid), **call)
  show(notice)
  stop = Time.now + ENV.fetch("IP_FOLLOW_SECONDS", "60").to_f
  while OPEN.include?(notice.state) && Time.now < stop
    sleep 0.5
    found = referral.get_notice(GetNoticeRequest.new(name: notice.name), **call)
    show(found) if found.state != notice.state
    notice = found
  end
end
