"""The database and its proxy."""

import unittest

from stack import SETS, Stack


class Proxy(unittest.TestCase):
    def test_the_target_of_the_proxy_waits_for_the_writer_of_a_cluster(self):
        targets = Stack(DatabaseEngine="aurora").resources["DatabaseProxyTargets"]
        self.assertIn("AuroraWriter", targets["DependsOn"])
        self.assertEqual(targets["Properties"]["DBClusterIdentifiers"], [{"Ref": "AuroraCluster"}])
        self.assertNotIn("DBInstanceIdentifiers", targets["Properties"])

    def test_the_functions_reach_the_proxy_or_else_the_database(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            host = stack.properties("Orders")["Environment"]["Variables"]["DATABASE_HOST"]["Fn::GetAtt"][0]
            there = [name for name in ("DatabaseProxy", "AuroraCluster", "Database") if name in stack.resources]
            self.assertEqual(host, there[0], parameters)


class Engine(unittest.TestCase):
    def test_a_stack_has_one_database(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            engine = stack.parameters["DatabaseEngine"]
            self.assertEqual("Database" in stack.resources, engine == "postgres", parameters)
            for part in ("AuroraCluster", "AuroraParameters", "AuroraWriter"):
                self.assertEqual(part in stack.resources, engine == "aurora", parameters)

    def test_a_database_leaves_a_snapshot(self):
        for parameters in SETS:
            resources = Stack(**parameters).resources
            for name in {"Database", "AuroraCluster"} & set(resources):
                policies = resources[name]["DeletionPolicy"], resources[name]["UpdateReplacePolicy"]
                self.assertEqual(policies, ("Snapshot", "Snapshot"), parameters)


if __name__ == "__main__":
    unittest.main()
