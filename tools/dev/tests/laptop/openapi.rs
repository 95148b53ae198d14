//! The document that is committed is what the code says.

#[test]
fn openapi_json_is_as_the_code_has_it() {
    let committed = std::fs::read_to_string(dev::openapi::path()).unwrap();
    assert!(committed == dev::openapi::text().unwrap(), "run `cargo dev openapi` and commit openapi.json");
}
