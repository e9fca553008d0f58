//! `ringback.media._engine`: the engine, its clips, its events and its errors as Python sees them, and nothing else.
//!
//! The contract is `src/ringback/media/_engine.pyi`. The packet path never takes the GIL; whatever may wait (files, binds,
//! joins, decoding) is done without it.

mod clip;
mod engine;
mod event;

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyDict;

create_exception!(_engine, EngineError, PyException, "Local misuse or a resource that could not be had.");
create_exception!(_engine, DecodeError, PyException, "Bytes that are not audio of a supported container.");

/// The Rust media engine.
#[pymodule]
fn _engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let python = module.py();
    let build = PyDict::new(python);
    build.set_item("version", env!("CARGO_PKG_VERSION"))?;
    build.set_item("profile", if cfg!(debug_assertions) { "debug" } else { "release" })?;
    build.set_item("target", env!("RINGBACK_TARGET"))?;
    module.add("BUILD_INFO", build)?;
    module.add("EngineError", python.get_type::<EngineError>())?;
    module.add("DecodeError", python.get_type::<DecodeError>())?;
    module.add_class::<clip::Clip>()?;
    module.add_class::<engine::Engine>()
}
