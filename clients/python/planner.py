#!/usr/bin/python3
"""What a planning tool does for its user: shows their activities and reports progress."""

import os
import uuid

from individuellplan.plan.v1 import activity_pb2, plan_service_pb2, plan_service_pb2_grpc

from connect import call, channel, run

Execution = activity_pb2.Activity.Execution


def planner():
    token = os.environ["IP_TOKEN"]
    plans = plan_service_pb2_grpc.PlanServiceStub(channel())
    mine, page_token = [], ""
    while True:
        page = plans.ListMyActivities(
            plan_service_pb2.ListMyActivitiesRequest(page_token=page_token), **call(token))
        mine += page.items
        page_token = page.next_page_token
        if not page_token:
            break
    for item in mine:
        print(f"{Execution.Name(item.activity.execution)}  {item.activity.title} ({item.subject_display_name})")
    going = [item.activity for item in mine if item.activity.execution == activity_pb2.Activity.IN_PROGRESS]
    if not going:
        return print("nothing is in progress")
    reported = plans.ReportActivityProgress(plan_service_pb2.ReportActivityProgressRequest(
        name=going[0].name,
        etag=going[0].etag,  # ABORTED / ETAG_MISMATCH when somebody changed it since: read again
        request_id=str(uuid.uuid4()),
        note=os.environ.get("IP_NOTE", "Vi møttes som avtalt.")), **call(token))
    print(f"reported on {reported.name}")


run(planner)
