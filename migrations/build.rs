//! Lists the files under `functions/`, so that they are compiled in, and tells Cargo that all SQL here is an input.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=.");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    collect(&root.join("functions"), &mut files)?;
    files.sort();
    let entries: String = files
        .iter()
        .map(|path| {
            let file = path.strip_prefix(root.join("functions")).unwrap_or(path);
            format!("({file:?}, include_str!({path:?})),\n")
        })
        .collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("functions.rs"), format!("[\n{entries}]"))
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    Ok(())
}
