//! `cargo dev env`: the `env.json` that `sam local` reads, with a signing key of its own.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::home::workspace;
use crate::stack::SigningKey;
use crate::terminal::say;

/// Where to.
#[derive(Clone, Debug, clap::Args)]
pub struct EnvArgs {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "env.json")]
    file: PathBuf,
}

/// Writes it. One that is there stays: with another key, whoever is signed in would be so no more.
pub fn write(args: &EnvArgs) -> anyhow::Result<()> {
    let path = &args.file;
    let example = workspace().join("env.example.json");
    let text = std::fs::read_to_string(&example).with_context(|| format!("{} cannot be read", example.display()))?;
    let text = filled(&text, &SigningKey::generate()?)?;
    match std::fs::File::options().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes())?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already. Delete it first to begin with another key", path.display())
        }
        Err(error) => return Err(error).with_context(|| format!("{} could not be written", path.display())),
    }
    say(format_args!("{} is env.example.json with a signing key of your own.", path.display()));
    Ok(())
}

fn filled(example: &str, key: &SigningKey) -> anyhow::Result<String> {
    let (private, public) = ("\"PRIVATE-KEY\"", "\"PUBLIC-KEY\"");
    if example.matches(private).count() != 1 || example.matches(public).count() != 1 {
        bail!("env.example.json has no one place for {private} and one for {public}");
    }
    let filled = example.replace(private, &format!("{:?}", key.private));
    Ok(filled.replace(public, &format!("{:?}", key.signer.public_key_text())))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::Value;
    use shared::users::tokens::TokenSigner;

    use super::*;

    #[test]
    fn the_example_gets_a_key_and_its_public_half_and_keeps_the_rest() {
        let example = include_str!("../../../env.example.json");
        let filled: Value = serde_json::from_str(&filled(example, &SigningKey::generate().unwrap()).unwrap()).unwrap();
        let key = BASE64_STANDARD.decode(filled["Parameters"]["TOKEN_SIGNING_KEY"].as_str().unwrap()).unwrap();
        let signer = TokenSigner::new(&key).unwrap();
        assert_eq!(filled["Parameters"]["TOKEN_PUBLIC_KEYS"], signer.public_key_text());
        let example: Value = serde_json::from_str(example).unwrap();
        assert_eq!(filled["Parameters"]["DATABASE_URL"], example["Parameters"]["DATABASE_URL"]);
        assert_eq!(filled["Migrate"], example["Migrate"]);
    }

    #[test]
    fn an_example_without_a_place_for_the_key_is_an_error() {
        assert!(filled("{\"TOKEN_SIGNING_KEY\": \"\"}", &SigningKey::generate().unwrap()).is_err());
    }
}
