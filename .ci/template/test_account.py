"""What differs between accounts: zones, mail identities, the CDN."""

import unittest

from stack import SETS, ZONES, Stack


class Zones(unittest.TestCase):
    def zones(self, **parameters):
        stack = Stack(**parameters)
        return [stack.properties(name)["AvailabilityZone"] for name in ("SubnetA", "SubnetB")]

    def test_the_first_two_zones_or_the_chosen_ones(self):
        self.assertEqual(self.zones(), ZONES[:2])
        self.assertEqual(self.zones(ZoneA="us-east-1b", ZoneB="us-east-1f"), ["us-east-1b", "us-east-1f"])

    def test_one_zone_or_the_same_twice_is_refused(self):
        for refused in [{"ZoneA": "us-east-1b"}, {"ZoneB": "us-east-1b"}, {"ZoneA": "us-east-1b", "ZoneB": "us-east-1b"}, {"ZoneA": "use1-az1", "ZoneB": "x"}]:
            self.assertNotEqual(Stack(**refused).refused, [], refused)


class MailIdentity(unittest.TestCase):
    def test_an_identity_of_the_account_is_used_and_not_made(self):
        stack = Stack(MailIdentity="existing")
        self.assertNotIn("MailSender", stack.resources)
        self.assertNotIn("MailDomainRecords", stack.outputs)

    def test_the_sender_is_an_address_without_a_name(self):
        for allowed in ["orders@example.com", "first.last+tag@shop.example.com", "o'neil@example.museum", "a@xn--mller-kva.example", "a@xn--r8jz45g.xn--zckzah"]:
            self.assertEqual(Stack(MailFrom=allowed).refused, [], allowed)
        for refused in ["Shop <orders@example.com>", "<orders@example.com>", "orders@example", "a b@example.com", "a@müller.example", "ünï@example.com", "a@-b.io", "a@b@c.io", "a@b.io\n"]:
            self.assertNotEqual(Stack(MailFrom=refused).refused, [], refused)

    def test_an_identity_outlives_its_stack(self):
        for identity in ("address", "domain"):
            sender = Stack(MailIdentity=identity).resources["MailSender"]
            self.assertEqual((sender["DeletionPolicy"], sender["UpdateReplacePolicy"]), ("RetainExceptOnCreate", "Retain"))

    def test_a_first_deployment_that_fails_leaves_nothing_that_the_next_one_meets(self):
        for parameters in SETS:
            for name, resource in Stack(**parameters).resources.items():
                kept = resource.get("DeletionPolicy") == "Retain" and resource["Type"] != "AWS::Lambda::Version"
                self.assertFalse(kept, name)

    def test_mails_leave_as_the_address_or_its_domain(self):
        for parameters in SETS:
            role = Stack(**parameters).properties("NotificationsRole")
            statements = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
            send = next(one for one in statements if one["Action"] == "ses:SendEmail")
            identities = {text.split(":identity/")[1] for text in send["Resource"] if isinstance(text, str) and ":identity/" in text}
            self.assertEqual(identities, {"orders@example.com", "example.com"})
            self.assertEqual(send["Condition"], {"StringEquals": {"ses:FromAddress": "orders@example.com"}})


class Images(unittest.TestCase):
    def test_a_stack_without_a_cdn_asks_for_no_distribution(self):
        stack = Stack(Images="none")
        self.assertEqual({kind for kind in (one["Type"] for one in stack.resources.values()) if kind.startswith("AWS::CloudFront::")}, set())
        self.assertNotIn("ImagesUrl", stack.outputs)
        readers = [one["Sid"] for one in stack.properties("ImageBucketPolicy")["PolicyDocument"]["Statement"]]
        self.assertEqual(readers, ["NothingWithoutTls"])

    def test_uploads_knows_where_images_are(self):
        for images in ("cdn", "none"):
            url = Stack(Images=images).properties("Uploads")["Environment"]["Variables"]["IMAGES_URL"]
            self.assertEqual(url, {"Fn::Sub": f"https://${{{'ImageCdn.DomainName' if images == 'cdn' else 'ImageBucket.RegionalDomainName'}}}"})


if __name__ == "__main__":
    unittest.main()
