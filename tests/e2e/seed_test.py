"""The demo municipality against the real programs: everything is loaded, and a second run changes nothing."""

from tools.seed import seed

from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import referral_service_pb2 as referral


def flags(suite):
    return [f"--gateway={suite.gateway_address}", f"--helseid={suite.helseid_url}",
            f"--secrets={suite.folder / 'idp'}", f"--clock={suite.clock_file}"]


def picture(gateway):
    """What stands in the queue and in the plans, with etags."""
    siri = gateway.person("siri", "CASE_WORKER")
    queue = siri.referral.ListQueue(referral.ListQueueRequest(unit="units/fjordvik", page_size=200))
    found = {item.name: item.etag for item in queue.items}
    for login in ("ola", "borghild", "trond", "tuva", "ingvild"):
        caller = gateway.person(login).plan
        for summary in caller.ListPlans(plans.ListPlansRequest()).plans:
            found[summary.name] = caller.GetPlan(plans.GetPlanRequest(name=summary.name)).etag
    return found


def test_the_demo_municipality_is_loaded_once(suite, gateway, capsys):
    assert seed.main(flags(suite)) == 0, capsys.readouterr().err
    first = picture(gateway)
    assert len(first) > 15
    assert seed.main(flags(suite)) == 0, capsys.readouterr().err
    assert picture(gateway) == first
