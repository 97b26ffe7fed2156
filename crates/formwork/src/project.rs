//! A program in its folder: configuration, lock, and the way from an environment's name to an assembly.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use formwork_core::{
    App, Assembly, Environment, Finding, Findings, Lock, Options, SourceLocation, config,
    report::SourceFolders,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::Outcome;

/// The folder of a program: `config/` and `formwork.lock` are in it.
#[derive(Clone, Debug)]
pub struct Project {
    folder: PathBuf,
}

/// A lock that is written and not in its place yet; dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct StagedLock {
    staged: PathBuf,
    path: PathBuf,
}

impl StagedLock {
    /// Puts the lock in place of the earlier one.
    pub fn keep(self) -> io::Result<()> {
        fs::rename(&self.staged, &self.path)
    }
}

impl Drop for StagedLock {
    fn drop(&mut self) {
        // After `keep` there is nothing to remove.
        let _ = fs::remove_file(&self.staged);
    }
}

impl Project {
    /// The program in a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder of the running program: its package's under `cargo run`, otherwise the current one.
    pub fn current() -> Self {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package = package.filter(|folder| folder.is_dir()).unwrap_or_else(|| PathBuf::from("."));
        // Messages name files as a user would, from where he stands.
        let here = std::env::current_dir().ok();
        let relative = here.as_deref().and_then(|here| package.strip_prefix(here).ok()).map(Path::to_owned);
        Self::new(match relative {
            Some(relative) if relative.as_os_str().is_empty() => PathBuf::from("."),
            Some(relative) => relative,
            None => package,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        if self.folder == Path::new(".") { PathBuf::from(name) } else { self.folder.join(name) }
    }

    /// The folder of the configuration files.
    pub fn config(&self) -> PathBuf {
        self.path("config")
    }

    /// The file of the lock, which need not exist.
    pub fn lock_file(&self) -> PathBuf {
        self.path("formwork.lock")
    }

    /// Where source files that findings name may be: the compiler names them from the workspace's root.
    ///
    /// Before a configuration file is shown with them, [`masking`](SourceFolders::masking) has to know what is hidden
    /// in it.
    pub fn sources(&self) -> SourceFolders {
        let mut folders = vec![PathBuf::from(".")];
        if let Ok(folder) = self.folder.canonicalize() {
            folders.extend(folder.ancestors().map(Path::to_owned));
        }
        SourceFolders::new(folders)
    }

    /// Reads the lock, if there is one.
    pub fn read_lock(&self) -> Result<Option<Lock>, Findings> {
        let path = self.lock_file();
        let file = path.display().to_string();
        match fs::read_to_string(&path) {
            Ok(text) => Lock::parse(&file, &text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Finding::error("FW0109", format!("cannot read {file}: {error}")).into()),
        }
    }

    /// Writes the lock beside its place; [`StagedLock::keep`] puts it there.
    pub fn stage_lock(&self, lock: &Lock) -> io::Result<StagedLock> {
        let path = self.lock_file();
        let staged = path.with_extension(format!("lock.{}", std::process::id()));
        fs::write(&staged, lock.text())?;
        Ok(StagedLock { staged, path })
    }

    /// Runs a program for an environment and turns what it declares into an assembly.
    pub fn synth<C, F, R>(
        &self,
        name: &str,
        environment: &str,
        program: F,
        mut options: Options,
    ) -> Result<Assembly, Findings>
    where
        C: DeserializeOwned + JsonSchema + 'static,
        F: Fn(&App, C) -> R,
        R: Outcome,
    {
        let loaded = config::load::<C>(&self.config(), environment)?;
        options.lock = self.read_lock()?;
        options.advice.extend_from_slice(crate::ADVICE);
        options.stack_advice.extend_from_slice(crate::STACK_ADVICE);
        let mut place = Environment::new(environment);
        place.account = loaded.target.account;
        place.region = loaded.target.region;
        let app = App::new(name, place);
        if let Some(error) = program(&app, loaded.config).into_error() {
            let mut finding = Finding::error("FW0603", format!("the program stopped with an error: {error}"));
            if let Some(file) = loaded.file {
                finding = finding.with_note(format!("the configuration was {}", file.display()));
            }
            return Err(finding.into());
        }
        app.synth(&options)
    }

    /// Where the values of an environment's configuration file stand: [`Places::show`](config::Places::show) adds them
    /// to findings, and [`Places::hidden`](config::Places::hidden) tells the [`sources`](Self::sources) what is secret.
    pub fn places<C: JsonSchema + 'static>(&self, environment: &str) -> config::Places {
        config::places::<C>(&self.config(), environment)
    }

    /// The names of the environments that have a configuration file.
    pub fn environments(&self) -> Result<Vec<String>, Findings> {
        let folder = self.config();
        config::environments(&folder).map_err(|error| {
            let file = folder.display().to_string();
            Finding::error("FW0501", format!("cannot read the folder {file}: {error}"))
                .at(SourceLocation::new(file, 1, 1), "this folder")
                .into()
        })
    }
}
