//! The files of the folder `config`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{tree::Lines, words};
use crate::finding::{Finding, Findings};

const EXTENSIONS: [&str; 2] = ["json", "toml"];
/// What the file of the schema is called, where it lies in the same folder.
const SCHEMA: &str = "schema";

/// Whether a name can be the name of an environment, and so of a file: it must not lead out of the folder.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The file of an environment, if it has one.
pub(super) fn find(directory: &Path, name: &str) -> Result<Option<PathBuf>, Findings> {
    if !is_name(name) {
        let message = format!("{} is not the name of an environment", words::quoted(name));
        let help = "names have only letters, digits, `-` and `_`, such as `prod` or `eu-test`";
        return Err(Finding::error("FW0501", message).help(help).into());
    }
    let candidates = EXTENSIONS.map(|extension| directory.join(format!("{name}.{extension}")));
    // A file that cannot be looked at counts as there, so that reading it says why.
    let mut there = candidates.into_iter().filter(|file| !matches!(file.try_exists(), Ok(false)));
    match (there.next(), there.next()) {
        (Some(json), Some(toml)) => {
            let message = format!(
                "environment `{name}` has two configuration files: {} and {}",
                json.display(),
                toml.display()
            );
            Err(Finding::error("FW0506", message).help("keep one of them").into())
        }
        (file, _) => Ok(file),
    }
}

/// What to say when there is no file.
pub(super) fn missing(directory: &Path, name: &str) -> Finding {
    let files = EXTENSIONS.map(|extension| directory.join(format!("{name}.{extension}")));
    let [json, toml] = files.map(|file| file.display().to_string());
    let finding = Finding::error(
        "FW0501",
        format!("environment `{name}` has no configuration file: neither {json} nor {toml} exists"),
    );
    let there = match environments(directory) {
        Ok(there) => there,
        Err(error) => return finding.with_note(format!("reading {}: {error}", directory.display())),
    };
    if there.is_empty() {
        return finding
            .help(format!("create {json}; there are no environments in {} yet", directory.display()));
    }
    let finding = match crate::nearest(name, there.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    let names: Vec<String> = there.iter().map(|name| words::key(name)).collect();
    finding.with_note(format!("environments in {}: {}", directory.display(), words::list(&names)))
}

/// The text of a file.
pub(super) fn read(file: &Path) -> Result<String, Findings> {
    let shown = file.display().to_string();
    let bytes = fs::read(file)
        .map_err(|error| Findings::from(Finding::error("FW0501", format!("reading {shown}: {error}"))))?;
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let valid = String::from_utf8_lossy(error.as_bytes().get(..end).unwrap_or_default()).into_owned();
        Finding::error("FW0501", format!("{shown} is not a UTF-8 text"))
            .at(Lines::new(&valid).position(valid.len()).in_file(&shown), "this byte is not UTF-8")
            .help("save the file as UTF-8")
            .into()
    })
}

/// The names of all environments that have a file.
pub(super) fn environments(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let file = entry?.path();
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        // The schema for editors may lie beside what it describes.
        let environment = EXTENSIONS.contains(&extension) && is_name(name) && name != SCHEMA;
        // `is_file` follows links, as reading the file does.
        if environment && file.is_file() {
            names.insert(name.to_owned());
        }
    }
    Ok(names.into_iter().collect())
}
