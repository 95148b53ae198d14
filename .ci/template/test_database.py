"""The database and its proxy."""

import json
import pathlib
import re
import unittest

from stack import SETS, Stack


class Proxy(unittest.TestCase):
    def test_the_target_of_the_proxy_waits_for_the_writer_of_a_cluster(self):
        targets = Stack(DatabaseEngine="aurora").resources["DatabaseProxyTargets"]
        self.assertIn("AuroraWriter", targets["DependsOn"])
        self.assertEqual(targets["Properties"]["DBClusterIdentifiers"], [{"Ref": "AuroraCluster"}])
        self.assertNotIn("DBInstanceIdentifiers", targets["Properties"])

    def test_the_connections_of_the_proxy_have_a_cap(self):
        for percent in (90, 5):
            stack = Stack(ProxyConnectionsPercent=percent)
            pool = stack.properties("DatabaseProxyTargets")["ConnectionPoolConfigurationInfo"]
            self.assertEqual(pool, {"ConnectionBorrowTimeout": 5, "MaxConnectionsPercent": str(percent)})
        self.assertEqual(Stack().properties("DatabaseProxyTargets")["ConnectionPoolConfigurationInfo"]["MaxConnectionsPercent"], "90")

    def test_the_functions_reach_the_proxy_or_else_the_database(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            host = stack.properties("Orders")["Environment"]["Variables"]["DATABASE_HOST"]["Fn::GetAtt"][0]
            there = [name for name in ("DatabaseProxy", "AuroraCluster", "Database") if name in stack.resources]
            self.assertEqual(host, there[0], parameters)


class Reader(unittest.TestCase):
    ON = {"DatabaseEngine": "aurora", "DatabaseInTwoZones": "true", "CatalogueReads": "reader"}

    @staticmethod
    def host(**parameters):
        """Returns where the catalogue reads, as the resource and its attribute, or an empty text."""
        host = Stack(**parameters).properties("Catalogue")["Environment"]["Variables"]["READER_DATABASE_HOST"]
        return host and ".".join(host["Fn::GetAtt"])

    def test_the_catalogue_reads_the_writer_unless_a_reader_is_asked_for(self):
        for parameters in [{}, {"DatabaseEngine": "aurora", "DatabaseInTwoZones": "true"}]:
            stack = Stack(**parameters)
            self.assertEqual(self.host(**parameters), "")
            self.assertFalse({"DatabaseReader", "ReplicaLagAlarm"} & set(stack.resources))

    def test_the_reader_is_an_endpoint_of_the_proxy_or_else_of_the_cluster(self):
        self.assertEqual(self.host(**self.ON), "DatabaseReader.Endpoint")
        stack = Stack(**self.ON)
        endpoint = stack.properties("DatabaseReader")
        self.assertEqual((endpoint["TargetRole"], endpoint["DBProxyName"]), ("READ_ONLY", {"Ref": "DatabaseProxy"}))
        self.assertEqual(endpoint["VpcSecurityGroupIds"], stack.properties("DatabaseProxy")["VpcSecurityGroupIds"])
        self.assertIn("AuroraStandby", stack.resources["DatabaseReader"]["DependsOn"])
        self.assertEqual(self.host(**self.ON, UseProxy="false"), "AuroraCluster.ReadEndpoint.Address")
        self.assertNotIn("DatabaseReader", Stack(**self.ON, UseProxy="false").resources)

    def test_only_the_catalogue_knows_the_reader_and_it_still_writes_to_the_writer(self):
        stack = Stack(**self.ON)
        functions = stack.of_type("AWS::Lambda::Function")
        knows = [name for name, one in functions.items() if "READER_DATABASE_HOST" in one["Properties"]["Environment"]["Variables"]]
        self.assertEqual(knows, ["Catalogue"])
        self.assertEqual(stack.properties("Catalogue")["Environment"]["Variables"]["DATABASE_HOST"], {"Fn::GetAtt": ["DatabaseProxy", "Endpoint"]})

    def test_a_reader_needs_aurora_in_two_zones(self):
        self.assertEqual(Stack(**self.ON).refused, [])
        for refused in [{"DatabaseEngine": "postgres"}, {"DatabaseInTwoZones": "false"}]:
            self.assertNotEqual(Stack(**{**self.ON, **refused}).refused, [], refused)


class Logins(unittest.TestCase):
    """Each function signs in to the database as its own role, and nobody as another."""

    # The functions and their roles are those of migrations/src/roles.rs.
    SOURCE = (pathlib.Path(__file__).parents[2] / "migrations/src/roles.rs").read_text()
    ROLES = dict(re.findall(r'\("([a-z-]+)", "(shop_[a-z_]+)"\)', SOURCE))

    @staticmethod
    def logins(policies):
        """Returns the roles that these policies may connect as."""
        statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
        resources = json.dumps([one["Resource"] for one in statements if one["Action"] == "rds-db:connect"])
        return sorted(set(re.findall(r"shop_[a-z_]+", resources)))

    def test_a_function_connects_as_its_role_alone(self):
        roles = {**self.ROLES, "migrate": "shop_owner"}
        for parameters in SETS:
            stack = Stack(**parameters)
            for name, function in stack.of_type("AWS::Lambda::Function").items():
                role = roles.get(function["Properties"]["FunctionName"].removeprefix("shop-"))
                variables = function["Properties"]["Environment"]["Variables"]
                self.assertEqual(variables.get("DATABASE_USER"), role, name)
                policies = stack.properties(f"{name}Role").get("Policies", [])
                self.assertEqual(self.logins(policies), [role] if role else [], name)

    def test_the_proxy_connects_as_each_function(self):
        proxy = Stack().properties("DatabaseProxyRole")["Policies"]
        ours = json.dumps(proxy)
        expected = sorted(self.ROLES.values())
        self.assertEqual(len(expected), 11)
        self.assertEqual(sorted(f"shop_{one}" for one in re.findall(r"\$\{Login\}_([a-z_]+)", ours)), expected)


class Restored(unittest.TestCase):
    def test_a_database_from_a_snapshot_takes_name_owner_and_encryption_from_it(self):
        for engine, database, snapshot, name in [
            ("postgres", "Database", "DBSnapshotIdentifier", "DBName"),
            ("aurora", "AuroraCluster", "SnapshotIdentifier", "DatabaseName"),
        ]:
            restored = Stack(DatabaseEngine=engine, DatabaseSnapshot="shop-restored", DatabaseVersion="17.13").properties(database)
            self.assertEqual((restored[snapshot], restored["EngineVersion"]), ("shop-restored", "17.13"))
            self.assertEqual({name, "MasterUsername", "StorageEncrypted"} & set(restored), set(), engine)
            new = Stack(DatabaseEngine=engine).properties(database)
            self.assertNotIn(snapshot, new)
            self.assertEqual((new[name], new["MasterUsername"], new["StorageEncrypted"]), ("shop", "shop_owner", True))


class Backups(unittest.TestCase):
    def test_backups_outlive_the_database_and_are_copied_where_that_is_asked_for(self):
        region, key = "eu-west-1", "arn:aws:kms:eu-west-1:123456789012:key/x"
        for parameters in SETS:
            stack = Stack(**parameters)
            for name in {"Database", "AuroraCluster"} & set(stack.resources):
                self.assertIs(stack.properties(name)["DeleteAutomatedBackups"], False, name)
        copied = Stack(BackupRegion=region, BackupKeyArn=key).properties("Database")
        self.assertEqual((copied["AutomaticBackupReplicationRegion"], copied["AutomaticBackupReplicationKmsKeyId"]), (region, key))
        self.assertNotIn("AutomaticBackupReplicationRegion", Stack().properties("Database"))

    def test_a_copy_needs_a_region_its_key_and_postgres(self):
        region, key = "eu-west-1", "arn:aws:kms:eu-west-1:123456789012:key/x"
        self.assertEqual(Stack(BackupRegion=region, BackupKeyArn=key).refused, [])
        for refused in [
            {"BackupRegion": region},
            {"BackupKeyArn": key},
            {"BackupRegion": region, "BackupKeyArn": key, "DatabaseEngine": "aurora"},
        ]:
            self.assertNotEqual(Stack(**refused).refused, [], refused)

    def test_a_database_may_be_deleted_until_it_is_kept(self):
        for engine, database in [("postgres", "Database"), ("aurora", "AuroraCluster")]:
            for keep in ("false", "true"):
                stack = Stack(DatabaseEngine=engine, KeepDatabase=keep, Stage="production", CorsOrigins="https://shop.example.com")
                self.assertEqual((stack.refused, stack.properties(database)["DeletionProtection"]), ([], keep))


class Engine(unittest.TestCase):
    def test_an_engine_is_17_without_paid_support_and_its_logs_are_kept(self):
        for engine, database, logs in [
            ("postgres", "Database", ["postgresql", "upgrade", "iam-db-auth-error"]),
            ("aurora", "AuroraCluster", ["postgresql", "iam-db-auth-error"]),
        ]:
            properties = Stack(DatabaseEngine=engine).properties(database)
            self.assertRegex(properties["EngineVersion"], r"^17\.")
            self.assertEqual(properties["EngineLifecycleSupport"], "open-source-rds-extended-support-disabled")
            self.assertEqual(properties["EnableCloudwatchLogsExports"], logs)

    def test_the_parameters_of_aurora_are_those_of_its_version(self):
        for version, family in [("17.11", "aurora-postgresql17"), ("16.9", "aurora-postgresql16")]:
            stack = Stack(DatabaseEngine="aurora", DatabaseVersion=version)
            self.assertEqual(stack.properties("AuroraParameters")["Family"], family)

    def test_what_an_account_may_refuse_is_made_before_the_database(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            for name in {"Database", "AuroraCluster"} & set(stack.resources):
                endpoints = {one for one, endpoint in stack.of_type("AWS::EC2::VPCEndpoint").items() if endpoint["Properties"]["VpcEndpointType"] == "Interface"}
                first = endpoints | {"ImageCdn", "MailSender"} & set(stack.resources)
                self.assertIn("SecretsEndpoint", first)
                self.assertLessEqual(first, set(stack.resources[name]["DependsOn"]), parameters)

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
