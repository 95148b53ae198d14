//! `cargo dev --help`: the commands in groups.

use std::fmt::Write as _;

/// Headings of the groups and the commands under them. clap has headings for options only.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Run", &["serve", "createsuperuser"]),
    ("Data", &["import", "import-users", "export"]),
    ("Check", &["test", "e2e", "storm", "bench"]),
    ("Generate", &["openapi", "env"]),
    ("AWS tools", &["services", "pump"]),
];

/// Replaces the flat list of commands in the help text.
pub(super) fn grouped(command: clap::Command) -> clap::Command {
    let template =
        format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{}\nOptions:\n{{options}}", groups(&command));
    command.help_template(template)
}

fn groups(command: &clap::Command) -> String {
    let width = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (heading, names) in GROUPS {
        let _ = writeln!(text, "\n{heading}:");
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let _ = writeln!(text, "  {name:width$}  {}", about.map(ToString::to_string).unwrap_or_default());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_once_in_the_help_with_its_description() {
        let mut command = crate::cli::command();
        let help = command.render_help().to_string();
        for (heading, _) in GROUPS {
            assert!(help.contains(&format!("\n{heading}:\n")), "{help}");
        }
        // clap adds `help` itself.
        let subcommands: Vec<_> = command.get_subcommands().filter(|command| command.get_name() != "help").collect();
        assert_eq!(GROUPS.iter().map(|(_, names)| names.len()).sum::<usize>(), subcommands.len());
        for subcommand in subcommands {
            let (name, about) = (subcommand.get_name(), subcommand.get_about().unwrap().to_string());
            let lines: Vec<&str> = help.lines().filter(|line| line.starts_with(&format!("  {name} "))).collect();
            assert!(matches!(lines.as_slice(), [line] if line.ends_with(&about)), "{name}: {lines:?}");
        }
        assert!(help.contains("--home <DIR>"), "{help}");
    }
}
