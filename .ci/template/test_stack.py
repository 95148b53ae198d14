"""Every set of parameters makes a stack whose parts fit together."""

import json
import unittest

from stack import SETS, Stack, references

# Conditions that parameters cannot make false.
ALWAYS = {"WithCors"}


class Conditions(unittest.TestCase):
    def test_the_sets_of_parameters_take_every_condition_both_ways(self):
        stacks = [Stack(**parameters) for parameters in SETS]
        for name in stacks[0].template["Conditions"]:
            if name not in ALWAYS:
                self.assertEqual({stack.condition(name) for stack in stacks}, {True, False}, name)

    def test_the_sets_of_parameters_are_allowed(self):
        for parameters in SETS:
            self.assertEqual(Stack(**parameters).refused, [], parameters)

    def test_nothing_refers_to_what_a_condition_leaves_out(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            for name, part in [*stack.resources.items(), *stack.outputs.items()]:
                missing = set(references(part)) - set(stack.resources)
                self.assertEqual(missing, set(), f"{name} with {parameters}")

    def test_no_resource_waits_for_itself(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            waiting = {name: waits_for(stack, resource) for name, resource in stack.resources.items()}
            while ready := [name for name, others in waiting.items() if not others & set(waiting)]:
                for name in ready:
                    del waiting[name]
            self.assertEqual(waiting, {}, parameters)

    def test_a_stack_is_smaller_than_cloudformation_allows(self):
        for parameters in SETS:
            template = Stack(**parameters).template
            self.assertLess(len(template["Resources"]), 500)
            self.assertLess(len(json.dumps(template)), 1_000_000)
            self.assertLessEqual(len(template["Parameters"]), 200)


def waits_for(stack, resource):
    """Returns the resources that CloudFormation makes before this one."""
    named = resource.get("DependsOn", [])
    named = [named] if isinstance(named, str) else named
    return {name for name in [*references(resource.get("Properties", {})), *named] if name in stack.resources}


if __name__ == "__main__":
    unittest.main()
