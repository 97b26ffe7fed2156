//! Reads `config/<environment>.json` or `.toml` into a struct of the user's, and says everything that is wrong.
//!
//! ```
//! use formwork_core::config;
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Config {
//!     domain: String,
//!     database: Database,
//! }
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Database {
//!     /// Storage in GiB
//!     storage: u32,
//! }
//!
//! let text = r#"{
//!   "aws": { "account": "111122223333", "region": "eu-central-1" },
//!   "domian": "shop.example",
//!   "database": { "storage": "lots" }
//! }"#;
//! let findings = config::parse::<Config>("config/prod.json", text).err().unwrap_or_default();
//! assert_eq!(
//!     findings.to_string(),
//!     "error[FW0503]: `domian`: unknown key (config/prod.json:3:3)\n\
//!      error[FW0504]: `database.storage`: expected an integer, found the string \"lots\" (config/prod.json:4:28)"
//! );
//! ```
//!
//! The struct's JSON Schema finds all problems at once and knows keys that serde would ignore; serde has the
//! last word on what a value may be. Values that are secret by their key or their schema are never shown: not in a
//! message, and not in the lines of the file beside it if [`Places::hidden`] is handed to what shows them.
//!
//! **Boundary:** no templates, no inheritance between environments, no values from the process environment. An
//! environment is what its file says.

mod document;
mod files;
mod json;
mod limits;
mod path;
mod places;
mod reserved;
mod schema;
#[cfg(test)]
mod tests;
mod toml;
mod tree;
mod union;
mod verdict;
mod walk;
mod words;

pub(crate) use path::names_secret;
pub use places::Places;

use std::{
    any::TypeId,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::finding::{Finding, Findings};

/// The account and Region of an environment, from the reserved key `aws` of its configuration file.
///
/// ```
/// use formwork_core::config;
///
/// let ((), target) = config::parse("config/prod.toml", "aws.account = '111122223333'")?;
/// assert_eq!(target.account.as_deref(), Some("111122223333"));
/// assert_eq!(target.region, None);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The account: 12 digits.
    pub account: Option<String>,
    /// The Region, such as `eu-central-1`.
    pub region: Option<String>,
}

/// An environment's configuration, as [`load`] found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded<C> {
    /// The user's struct.
    pub config: C,
    /// The account and Region.
    pub target: Target,
    /// The file that was read; none if there is none and none is needed.
    pub file: Option<PathBuf>,
}

/// Loads the environment `name` from `directory`, the folder `config`.
///
/// For `C = ()` the file may be missing.
///
/// ```
/// use std::path::Path;
///
/// use formwork_core::config;
///
/// // A program without configuration needs no file.
/// let loaded = config::load::<()>(Path::new("config"), "prod")?;
/// assert_eq!(loaded.file, None);
/// # Ok::<(), formwork_core::Findings>(())
/// ```
///
/// # Errors
///
/// Says everything that is wrong with the file, or that there is none: codes FW0501 to FW0506.
pub fn load<C: DeserializeOwned + JsonSchema + 'static>(
    directory: &Path,
    name: &str,
) -> Result<Loaded<C>, Findings> {
    let Some(file) = files::find(directory, name)? else {
        if is_unit::<C>() {
            return Ok(Loaded { config: unit().map_err(in_order)?, target: Target::default(), file: None });
        }
        return Err(files::missing(directory, name).into());
    };
    let text = files::read(&file)?;
    let (config, target) = parse(&file.display().to_string(), &text)?;
    Ok(Loaded { config, target, file: Some(file) })
}

/// Where the values of an environment's file stand, and which are secret; none if there is no file that can be read.
///
/// ```
/// use std::path::Path;
///
/// let places = formwork_core::config::places::<()>(Path::new("no/such/folder"), "prod");
/// assert_eq!(places.hidden().count(), 0);
/// ```
pub fn places<C: JsonSchema + 'static>(directory: &Path, name: &str) -> Places {
    let Ok(Some(file)) = files::find(directory, name) else { return Places::default() };
    files::read(&file)
        .map_or_else(|_| Places::default(), |text| Places::of::<C>(&file.display().to_string(), &text))
}

/// The names of the environments that have a file in `directory`, sorted; none if there is no such folder.
///
/// ```
/// use std::path::Path;
///
/// assert_eq!(formwork_core::config::environments(Path::new("no/such/folder"))?, Vec::<String>::new());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Fails if the folder is there and cannot be read.
pub fn environments(directory: &Path) -> std::io::Result<Vec<String>> {
    files::environments(directory)
}

/// The JSON Schema of the configuration files as editors want it: that of `C`, with the reserved keys.
///
/// ```
/// let schema = formwork_core::config::schema::<()>();
/// assert_eq!(schema["properties"]["aws"]["properties"]["account"]["pattern"], "^[0-9]{12}$");
/// ```
pub fn schema<C: JsonSchema + 'static>() -> Value {
    let mut schema = own_schema::<C>();
    reserved::describe(&mut schema);
    schema
}

/// Reads the text of a configuration file; [`load`] without the file system.
///
/// The name of the file is for messages, and its extension says which format the text has: TOML for `.toml`,
/// otherwise JSON.
///
/// ```
/// #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
/// struct Config {
///     domain: String,
/// }
///
/// let (config, _) = formwork_core::config::parse::<Config>("config/test.toml", "domain = 'shop.example'")?;
/// assert_eq!(config.domain, "shop.example");
/// # Ok::<(), formwork_core::Findings>(())
/// ```
///
/// # Errors
///
/// Says everything that is wrong with the text: codes FW0502 to FW0505.
pub fn parse<C: DeserializeOwned + JsonSchema + 'static>(
    file: &str,
    text: &str,
) -> Result<(C, Target), Findings> {
    let mut document = document::read(file, text).map_err(|syntax| syntax.finding(file))?;
    let mut findings: Vec<Finding> =
        document.repeated.into_iter().map(|syntax| syntax.finding(file)).collect();
    let schema = own_schema::<C>();
    let (target, wrong) = reserved::take(&mut document.root, &schema, file);
    findings.extend(wrong);
    let config = if is_unit::<C>() {
        // `()` is read from null, but its file is an object with no keys of its own.
        verdict::read::<Map<String, Value>>(&schema, &document.root, file).and_then(|_| unit())
    } else {
        verdict::read(&schema, &document.root, file)
    };
    match config {
        Ok(config) if findings.is_empty() => Ok((config, target)),
        Ok(_) => Err(in_order(findings)),
        Err(wrong) => {
            findings.extend(wrong);
            Err(in_order(findings))
        }
    }
}

/// What stands in the document comes in its order; what is missing comes after it.
fn in_order(mut findings: Vec<Finding>) -> Findings {
    findings.sort_by_key(|finding| {
        let at = finding.spans.first().map(|span| (span.at.line, span.at.column));
        (finding.code == "FW0505", at)
    });
    findings.into_iter().collect()
}

fn is_unit<C: 'static>() -> bool {
    TypeId::of::<C>() == TypeId::of::<()>()
}

/// The value of `C = ()`.
fn unit<C: DeserializeOwned>() -> Result<C, Vec<Finding>> {
    C::deserialize(Value::Null).map_err(|error| vec![Finding::error("FW0504", error.to_string())])
}

fn own_schema<C: JsonSchema + 'static>() -> Value {
    if is_unit::<C>() {
        return json!({ "type": "object", "additionalProperties": false });
    }
    schema::of::<C>()
}
