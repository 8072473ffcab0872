//! `serve --config FILE`: the options of `serve` from a TOML file.

use std::error::Error;
use std::ffi::OsString;

/// The arguments of this process, with those of the file that `--config` names put before them, so that what is said on
/// the command line wins. Names in the file are those of the options: `mqtt = "127.0.0.1:0"`, `ephemeral = true`.
pub(super) fn arguments() -> Result<Vec<OsString>, Box<dyn Error>> {
    let given: Vec<OsString> = std::env::args_os().collect();
    let Some(serve) = given.iter().position(|argument| argument == "serve") else {
        return Ok(given);
    };
    let Some(path) = config_path(&given) else {
        return Ok(given);
    };
    let shown = path.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{shown}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{shown}: {error}"))?;
    let mut arguments = given[..=serve].to_vec();
    for (name, value) in table {
        let option = format!("--{}", name.replace('_', "-"));
        match value {
            toml::Value::Boolean(true) => arguments.push(option.into()),
            toml::Value::Boolean(false) => {}
            toml::Value::String(text) => arguments.extend([option.into(), text.into()]),
            toml::Value::Integer(number) => {
                arguments.extend([option.into(), number.to_string().into()]);
            }
            _ => return Err(format!("{shown}: {name} is neither text, number nor switch").into()),
        }
    }
    arguments.extend_from_slice(&given[serve + 1..]);
    Ok(arguments)
}

fn config_path(arguments: &[OsString]) -> Option<OsString> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--config" {
            return rest.next().cloned();
        }
        if let Some(path) = argument
            .to_str()
            .and_then(|text| text.strip_prefix("--config="))
        {
            return Some(path.into());
        }
    }
    None
}
