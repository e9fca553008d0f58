//! Hands the target triple to the crate, for `BUILD_INFO`.

fn main() {
    let target = std::env::var("TARGET").unwrap_or_else(|_| "unknown".into());
    println!("cargo:rustc-env=RINGBACK_TARGET={target}");
    println!("cargo:rerun-if-changed=build.rs");
}
