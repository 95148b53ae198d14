//! `cargo dev env`: generates `env.json`, which `sam local` reads, with new keys.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use aws_emulation::stack::{SigningKey, totp_keys};
use command_line::terminal::say;
use command_line::workspace;

/// Path of the file to write.
#[derive(Clone, Debug, clap::Args)]
pub struct EnvArgs {
    /// File to write
    #[arg(value_name = "FILE", default_value = "env.json")]
    file: PathBuf,
}

/// Writes the file. An existing one is kept: another key would sign everybody out.
pub fn write(args: &EnvArgs) -> anyhow::Result<()> {
    let path = &args.file;
    let example = workspace().join("env.example.json");
    let text = std::fs::read_to_string(&example).with_context(|| format!("{} could not be read", example.display()))?;
    let text = fill(&text, &SigningKey::generate()?)?;
    match std::fs::File::options().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes())?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} already exists. Delete it first to generate another key", path.display())
        }
        Err(error) => return Err(error).with_context(|| format!("{} could not be written", path.display())),
    }
    say(format_args!("Wrote {}: env.example.json with new keys.", path.display()));
    Ok(())
}

fn fill(example: &str, key: &SigningKey) -> anyhow::Result<String> {
    let values = [
        ("PRIVATE-KEY", key.private.clone()),
        ("PUBLIC-KEY", key.signer.public_key_text()),
        ("TOTP-KEYS", totp_keys()),
    ];
    values.into_iter().try_fold(example.to_owned(), |text, (placeholder, value)| {
        let quoted = format!("{placeholder:?}");
        if text.matches(&quoted).count() != 1 {
            bail!("env.example.json must contain {quoted} once");
        }
        Ok(text.replace(&quoted, &format!("{value:?}")))
    })
}

#[cfg(test)]
mod tests {
    use auth::TotpKeys;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::Value;
    use shared::app::Environment;
    use shared::users::tokens::TokenSigner;

    use super::*;

    #[test]
    fn the_example_gets_a_key_pair_and_keeps_the_rest() {
        let example = include_str!("../../../env.example.json");
        let filled: Value = serde_json::from_str(&fill(example, &SigningKey::generate().unwrap()).unwrap()).unwrap();
        let key = BASE64_STANDARD.decode(filled["Parameters"]["TOKEN_SIGNING_KEY"].as_str().unwrap()).unwrap();
        let signer = TokenSigner::new(&key).unwrap();
        assert_eq!(filled["Parameters"]["TOKEN_PUBLIC_KEYS"], signer.public_key_text());
        let example: Value = serde_json::from_str(example).unwrap();
        let totp_keys = filled["Parameters"]["TOTP_KEYS"].as_str().unwrap().to_owned();
        assert!(TotpKeys::from_environment(&Environment::from_iter([("TOTP_KEYS", totp_keys)])).is_ok());
        assert_eq!(filled["Cart"], example["Cart"]);
        assert_eq!(filled["Migrate"], example["Migrate"]);
    }

    #[test]
    fn an_example_without_placeholders_is_an_error() {
        assert!(fill("{\"TOKEN_SIGNING_KEY\": \"\"}", &SigningKey::generate().unwrap()).is_err());
    }
}
