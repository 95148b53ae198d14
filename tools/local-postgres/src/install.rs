//! Installs missing packages where that needs no question, and says how elsewhere.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::account::is_root;
use crate::command::{find, run};

/// Debian's and Ubuntu's rule for new packages: no cluster `main`, so that no server is started and no port is in use.
const NO_MAIN_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/no-main-cluster.conf";

/// The same thing by each package manager's name for it.
pub(crate) struct Package {
    title: &'static str,
    apt: &'static str,
    /// Oldest usable version of the package.
    oldest: u32,
    /// True if Debian creates and starts a server with the package.
    makes_a_cluster: bool,
    other: [(&'static str, &'static str); 4],
}

impl Package {
    pub(crate) const POSTGRESQL: Self = Self {
        title: "PostgreSQL",
        apt: "postgresql",
        oldest: 15,
        makes_a_cluster: true,
        other: [
            ("brew", "brew install postgresql@16"),
            ("dnf", "sudo dnf install postgresql-server postgresql-contrib"),
            ("pacman", "sudo pacman -S postgresql"),
            ("apk", "sudo apk add postgresql postgresql-client"),
        ],
    };
    pub(crate) const PGBOUNCER: Self = Self {
        title: "PgBouncer",
        apt: "pgbouncer",
        oldest: 1,
        makes_a_cluster: false,
        other: [
            ("brew", "brew install pgbouncer"),
            ("dnf", "sudo dnf install pgbouncer"),
            ("pacman", "sudo pacman -S pgbouncer"),
            ("apk", "sudo apk add pgbouncer"),
        ],
    };
}

/// Installs the package as root on Debian and Ubuntu, and prints that. Elsewhere the error says what to run.
pub(crate) fn install(package: &Package) -> anyhow::Result<()> {
    if !has_apt() || !is_root()? {
        bail!("no usable {} is installed; {}", package.title, advice(package));
    }
    eprintln!("{} is missing: installing it (apt-get install {})", package.title, package.apt);
    run(&mut apt_get(&["update"])).context("the list of packages could not be fetched")?;
    if is_too_old(package) {
        bail!("the {} of this release is too old; {}", package.title, advice(package));
    }
    if package.makes_a_cluster {
        forbid_main_cluster().with_context(|| format!("{NO_MAIN_CLUSTER} could not be written"))?;
    }
    let install = &mut apt_get(&["install", "--yes", "--no-install-recommends", package.apt]);
    run(install).map(drop).with_context(|| format!("{} could not be installed", package.title))
}

fn forbid_main_cluster() -> std::io::Result<()> {
    let rule = Path::new(NO_MAIN_CLUSTER);
    rule.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    let reason = "# Written by local-postgres: it needs the programs, not a system-wide server.";
    std::fs::write(rule, format!("{reason}\ncreate_main_cluster = false\n"))
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn has_apt() -> bool {
    Path::new("/etc/debian_version").exists() && find("apt-get", &[]).is_some()
}

fn advice(package: &Package) -> String {
    let command = if has_apt() && is_too_old(package) {
        "sudo apt-get install postgresql-common && sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
         && sudo apt-get install postgresql-16"
            .to_owned()
    } else if has_apt() {
        format!("sudo apt-get install {}", package.apt)
    } else {
        // brew first: it is on macOS, and sometimes on Linux.
        let known = package.other.iter().find(|(manager, _)| find(manager, &["/opt/homebrew/bin"]).is_some());
        let on_macos = cfg!(target_os = "macos").then_some(&package.other[0]);
        match known.or(on_macos) {
            Some((_, command)) => (*command).to_owned(),
            None => {
                return format!("install {} (version {} or later)", package.title, package.oldest);
            }
        }
    };
    format!("run: {command}")
}

/// By `Candidate: 14+238` of `apt-cache policy`; what apt does not know is not old.
fn is_too_old(package: &Package) -> bool {
    let policy = run(Command::new("apt-cache").args(["policy", package.apt])).unwrap_or_default();
    candidate(&policy).is_some_and(|major| major < package.oldest)
}

fn candidate(policy: &str) -> Option<u32> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_apt_would_install_is_read() {
        assert_eq!(candidate("postgresql:\n  Installed: (none)\n  Candidate: 14+238\n"), Some(14));
        assert_eq!(candidate("postgresql:\n  Candidate: (none)\n"), None);
        assert_eq!(candidate(""), None);
    }
}
