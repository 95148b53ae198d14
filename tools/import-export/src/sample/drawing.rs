//! Pictures of products, drawn: a shape for each kind of thing, in a colour, with its name below.

use super::colours::hex;

const SHAPES: &str = include_str!("shapes.txt");

/// An SVG of 400 by 400.
pub(super) fn draw(kind: &str, name: &str, colour: &str) -> String {
    let shape = SHAPES.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(' ')).unwrap_or_default();
    let (name, fill) = (escape(name), hex(colour));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\" role=\"img\" aria-label=\"{name}\">\
         <style>.d{{fill:#000;fill-opacity:.14}}.l{{fill:#fff;fill-opacity:.22}}.s{{fill:none;stroke:#000;stroke-opacity:.3;\
         stroke-width:3;stroke-linecap:round;stroke-linejoin:round}}text{{font-family:system-ui,sans-serif;text-anchor:middle;\
         fill:#3a3a3a}}</style>\
         <rect width=\"400\" height=\"400\" fill=\"#f0eeea\"/><ellipse cx=\"200\" cy=\"318\" rx=\"118\" ry=\"10\" class=\"d\"/>\
         <g fill=\"{fill}\" stroke=\"#000\" stroke-opacity=\".18\" stroke-width=\"2\">{shape}</g>\
         <text x=\"200\" y=\"358\" font-size=\"20\" font-weight=\"600\">{name}</text>\
         <text x=\"200\" y=\"382\" font-size=\"14\" fill-opacity=\".7\">{colour}</text></svg>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
