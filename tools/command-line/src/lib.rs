//! The parts that the command lines of the tools share: the terminal, Ctrl-C, the workspace, and running cargo.

mod cargo;
mod stop;
pub mod terminal;
mod workspace;

pub use cargo::cargo;
pub use stop::{ENDED_BY_CTRL_C, Stop};
pub use workspace::{target_dir, workspace};
