# What a planning tool does for its user: shows their activities and reports progress.
require "securerandom"
require_relative "connect"
require "individuellplan/plan/v1/plan_service_services_pb"

include Individuellplan::Plan::V1

run do
  call = { metadata: { "authorization" => "Bearer #{ENV.fetch("IP_TOKEN")}" } }
  plans = connect(PlanService)
  mine = []
  page_token = ""
  loop do
    page = plans.list_my_activities(ListMyActivitiesRequest.new(page_token: page_token), **call)
    mine.concat(page.items.to_a)
    page_token = page.next_page_token
    break if page_token.empty?
  end
  mine.each { |item| puts "#{item.activity.execution}  #{item.activity.title} (#{item.subject_display_name})" }
  going = mine.find { |item| item.activity.execution == :IN_PROGRESS }&.activity
  next puts("nothing is in progress") unless going
  reported = plans.report_activity_progress(ReportActivityProgressRequest.new(
    name: going.name,
    etag: going.etag, # ABORTED / ETAG_MISMATCH when somebody changed it since: read again
    request_id: SecureRandom.uuid,
    note: ENV.fetch("IP_NOTE", "Vi møttes som avtalt.")
  ), **call)
  puts "reported on #{reported.name}"
end
