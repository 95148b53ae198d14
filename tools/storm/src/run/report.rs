//! The lines that a storm prints.

use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum as _;
use command_line::terminal::say;

use super::Plan;
use crate::checks::Check;
use crate::checks::mails::repeated;
use crate::consumer::Surroundings;
use crate::faults::{Fault, Weather};
use crate::record::Record;

pub(super) fn say_progress(record: &Record, surroundings: &Surroundings, what: &str) {
    let Surroundings { queue, mailbox, .. } = surroundings;
    say(format_args!(
        "       {} requests, {} orders, {} outcomes unknown, {} messages, {} mails; {what}",
        record.requests(),
        record.orders(),
        record.unknown(),
        queue.len(),
        mailbox.len()
    ));
}

/// Says how often each fault struck, and how many answers of each kind there were.
pub(super) fn say_figures(record: &Record, weather: &Weather, plan: &Plan) {
    say(format_args!("\nfaults of seed {}, and how often each struck", plan.seed));
    for fault in Fault::value_variants().iter().filter(|fault| plan.faults.contains(fault)) {
        say(format_args!("  {:<26} {:>7}", fault.name(), weather.struck(*fault)));
    }
    say("\nanswers by status");
    for (operation, outcomes) in &record.answers {
        let mut line = String::new();
        for (outcome, count) in outcomes {
            let _ = write!(line, "  {outcome}: {count}");
        }
        say(format_args!("  {operation:<20}{line}"));
    }
    let lost = record.mails.iter().filter(|mail| !mail.is_answered).count();
    say(format_args!(
        "\n{} requests, {} orders acknowledged; {} mails accepted, {} of them without an answer; {} mails about orders repeated; {} accounts erased\n",
        record.requests(),
        record.orders(),
        record.mails.len(),
        lost,
        repeated(&record.mails),
        record.erased.len()
    ));
}

/// Says which faults did not strike, although the storm was long enough for each; returns true if there is none.
pub(super) fn say_what_did_not_strike(weather: &Weather, plan: &Plan) -> bool {
    let mut struck = true;
    for fault in plan.faults.iter().filter(|fault| plan.all_strike() && weather.struck(**fault) == 0) {
        say(format_args!("FAIL  the fault {} did not strike", fault.name()));
        struck = false;
    }
    struck
}

pub(super) fn say_check(check: Check, violations: &[String]) {
    let result = if violations.is_empty() { "ok  " } else { "FAIL" };
    say(format_args!("{result}  {}", check.name()));
    for violation in violations {
        say(format_args!("        {violation}"));
    }
}

pub(super) fn say_where_to_look(postgres: &Path, dir: &Path, record: &str) {
    say(format_args!(
        "\nThe database is in {data}; start it with `pg_ctl --pgdata {data} --log /dev/null start` as the owner of that folder, and connect to \
         the database `shop` as `postgres`. What was asked and answered is in {record}, and what the functions logged in {log}. The next storm deletes them.",
        data = postgres.join("data").display(),
        record = dir.join(record).display(),
        log = dir.join("log").display()
    ));
}
