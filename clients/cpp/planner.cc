// What a planning tool does for its user: shows their activities and reports progress.
#include <algorithm>
#include <iostream>
#include <vector>

#include "connect.h"
#include "individuellplan/plan/v1/plan_service.grpc.pb.h"

namespace plan = individuellplan::plan::v1;
using Item = plan::ListMyActivitiesResponse::Item;

int main() {
  const std::string token = Setting("IP_TOKEN");
  const auto stub = plan::PlanService::NewStub(Connect());

  std::vector<Item> mine;
  plan::ListMyActivitiesRequest list;
  do {
    plan::ListMyActivitiesResponse page;
    Check(stub->ListMyActivities(Call(token).get(), list, &page));
    mine.insert(mine.end(), page.items().begin(), page.items().end());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  for (const Item& item : mine) {
    std::cout << plan::Activity::Execution_Name(item.activity().execution()) << "  "
              << item.activity().title() << " (" << item.subject_display_name() << ")\n";
  }

  const auto going = std::find_if(mine.begin(), mine.end(), [](const Item& item) {
    return item.activity().execution() == plan::Activity::IN_PROGRESS;
  });
  if (going == mine.end()) {
    std::cout << "nothing is in progress\n";
    return 0;
  }
  plan::ReportActivityProgressRequest report;
  report.set_name(going->activity().name());
  // ABORTED / ETAG_MISMATCH when somebody changed it since: read again.
  report.set_etag(going->activity().etag());
  report.set_request_id(RequestId());
  report.set_note(Setting("IP_NOTE", "Vi møttes som avtalt."));
  plan::Activity reported;
  Check(stub->ReportActivityProgress(Call(token).get(), report, &reported));
  std::cout << "reported on " << reported.name() << "\n";
}
