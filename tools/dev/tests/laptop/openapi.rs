//! The committed API description matches the code.

#[test]
fn openapi_json_matches_the_code() {
    let committed = std::fs::read_to_string(dev::openapi::path()).unwrap();
    assert!(committed == dev::openapi::text().unwrap(), "run `cargo dev openapi` and commit openapi.json");
}
