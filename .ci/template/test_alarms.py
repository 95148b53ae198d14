"""Alarms, the dashboard and the budget."""

import json
import re
import unittest

from stack import SETS, Stack, references


def alarms(**parameters):
    return {name: one["Properties"] for name, one in Stack(**parameters).of_type("AWS::CloudWatch::Alarm").items()}


def functions_of(alarm):
    """Returns the functions that an alarm watches."""
    return {name for name in references([alarm.get("Metrics"), alarm.get("Dimensions")]) if name != "HttpApi"}


class Alarms(unittest.TestCase):
    def test_every_alarm_tells_its_beginning_and_its_end_but_those_that_codedeploy_watches(self):
        for parameters in SETS:
            for name, alarm in alarms(**parameters).items():
                told = [{"Ref": "Alarms"}] if not name.endswith("VersionAlarm") else None
                self.assertEqual((alarm.get("AlarmActions"), alarm.get("OKActions")), (told, told), name)

    def test_a_single_crash_stops_a_deployment_and_sends_no_mail(self):
        for name, alarm in alarms().items():
            if name.endswith("VersionAlarm"):
                self.assertEqual((alarm["EvaluationPeriods"], alarm["Threshold"]), (1, 0), name)
            elif "Errors" in json.dumps([alarm.get("MetricName"), alarm.get("Metrics")]) and "Lambda" in json.dumps(alarm):
                self.assertGreater(alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]), 1, name)

    def test_an_alarm_watches_the_errors_of_every_function(self):
        stack = Stack()
        watched = set()
        for name, alarm in alarms().items():
            if name.endswith("ErrorsAlarm") and name != "ServerErrorsAlarm":
                watched |= functions_of(alarm)
        self.assertEqual(watched, set(stack.of_type("AWS::Lambda::Function")) - {"Migrate"})

    def test_a_small_shop_that_fails_every_request_is_noticed(self):
        rate = alarms()["ErrorRateAlarm"]
        expression = next(one["Expression"] for one in rate["Metrics"] if "Expression" in one)
        self.assertEqual(expression, "IF(requests >= 5, 100 * errors / requests, 0)")
        self.assertEqual({one["Id"] for one in rate["Metrics"]}, {"rate", "errors", "requests"})

    def test_a_shop_without_orders_is_noticed_once_it_is_asked_for(self):
        self.assertNotIn("NoOrdersAlarm", alarms())
        alarm = alarms(NoOrdersHours="24")["NoOrdersAlarm"]
        self.assertEqual((alarm["Period"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]), (3600, "24", "breaching"))

    def test_an_alarm_is_no_longer_than_cloudwatch_allows(self):
        longest = Stack().template["Parameters"]["NoOrdersHours"]["MaxValue"]
        for name, alarm in alarms(NoOrdersHours=longest).items():
            self.assertLess(len(alarm["AlarmDescription"]), 1024, name)
            self.assertLessEqual(len(alarm.get("Metrics", [])), 10, name)
            periods = [alarm.get("Period", 0), *(one["MetricStat"]["Period"] for one in alarm.get("Metrics", []) if "MetricStat" in one)]
            limit = 7 * 86400 if max(periods) >= 3600 else 86400
            self.assertLessEqual(max(periods) * int(alarm["EvaluationPeriods"]), limit, name)

    def test_the_memory_of_an_instance_is_watched(self):
        self.assertIn("DatabaseMemoryAlarm", alarms())
        self.assertNotIn("DatabaseMemoryAlarm", alarms(DatabaseEngine="aurora"))


class Dashboard(unittest.TestCase):
    def test_it_is_json_and_shows_every_queue_and_every_function(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            text = stack.properties("Dashboard")["DashboardBody"]["Fn::Sub"]
            text = text if isinstance(text, str) else text[0]
            json.loads(re.sub(r"\$\{[^}]*\}", "name", text))
            shown = set(re.findall(r"\$\{(\w+)", text))
            expected = {*stack.of_type("AWS::SQS::Queue"), *stack.of_type("AWS::Lambda::Function")}
            self.assertLessEqual(expected, shown, parameters)


class Bill(unittest.TestCase):
    def test_the_budget_warns_the_one_who_receives_alarms(self):
        self.assertEqual(Stack().of_type("AWS::Budgets::Budget"), {})
        self.assertEqual(Stack(AlarmMail="ops@example.com", MonthlyBudget="0").of_type("AWS::Budgets::Budget"), {})
        budget = Stack(AlarmMail="ops@example.com", MonthlyBudget="80").properties("Budget")
        self.assertEqual(budget["Budget"]["BudgetLimit"], {"Amount": "80", "Unit": "USD"})
        for warning in budget["NotificationsWithSubscribers"]:
            self.assertEqual(warning["Subscribers"], [{"SubscriptionType": "EMAIL", "Address": "ops@example.com"}])

    def test_strangers_cannot_call_without_a_limit(self):
        stage = next(iter(Stack().of_type("AWS::ApiGatewayV2::Stage").values()))["Properties"]
        self.assertLessEqual(stage["DefaultRouteSettings"]["ThrottlingRateLimit"], 200)


if __name__ == "__main__":
    unittest.main()
