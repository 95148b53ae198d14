//! Pictures of products, drawn: a shape for each kind of thing, in a colour, with its name below.

use super::colours::hex;

/// An SVG of 400 by 400.
pub(super) fn draw(kind: &str, name: &str, colour: &str) -> String {
    let shape = SHAPES.iter().find(|(known, _)| *known == kind).map_or(BOX, |(_, shape)| shape);
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

const BOX: &str = r##"<rect x="110" y="110" width="180" height="180" rx="12"/>"##;

/// `d` is darker, `l` lighter than the thing's colour, `s` a seam.
const SHAPES: [(&str, &str); 24] = [
    ("tshirt", r##"<path d="M150 70L90 100L60 160L100 178L116 152V310H284V152L300 178L340 160L310 100L250 70Q200 108 150 70Z"/><path class="d" d="M150 70Q200 108 250 70L240 66Q200 92 160 66Z" stroke="none"/><path class="s" d="M116 152V130M284 152V130"/>"##),
    ("shirt", r##"<path d="M150 66L92 94L62 250L98 258L118 160V312H282V160L302 258L338 250L308 94L250 66L200 92Z"/><path class="l" d="M150 66L200 92L172 122ZM250 66L200 92L228 122Z"/><path class="s" d="M200 92V312M70 236L102 244M330 236L298 244"/><g fill="#fff" stroke="none"><circle cx="207" cy="140" r="4"/><circle cx="207" cy="180" r="4"/><circle cx="207" cy="220" r="4"/><circle cx="207" cy="260" r="4"/></g><path class="s" d="M226 150H262V186Q244 196 226 186Z"/>"##),
    ("sweater", r##"<path d="M152 74L92 102L58 270L100 278L120 170V306H280V170L300 278L342 270L308 102L248 74Q200 100 152 74Z"/><path class="d" d="M152 74Q200 100 248 74L242 62Q200 82 158 62Z"/><path class="d" d="M120 290H280V306H120ZM60 258L102 266L100 278L58 270ZM340 258L298 266L300 278L342 270Z" stroke="none"/><path class="s" d="M140 140H260M140 170H260M140 200H260M140 230H260M140 260H260" stroke-dasharray="2 9"/>"##),
    ("hoodie", r##"<path d="M150 84L92 108L58 272L100 280L120 176V308H280V176L300 280L342 272L308 108L250 84Z"/><path d="M150 84Q146 44 200 42Q254 44 250 84Q226 122 200 122Q174 122 150 84Z"/><path class="d" d="M166 82Q166 58 200 58Q234 58 234 82Q218 110 200 110Q182 110 166 82Z"/><path class="d" d="M148 230H252L266 284H134Z"/><path class="s" d="M190 118V168M210 118V160"/>"##),
    ("jacket", r##"<path d="M152 68L92 96L60 272L104 280L122 172V308H278V172L296 280L340 272L308 96L248 68L200 84Z"/><path class="d" d="M152 68L200 84L248 68L252 52Q200 66 148 52Z"/><path class="s" d="M200 84V308"/><path class="s" d="M140 220L172 214M260 220L228 214"/><path class="l" d="M122 172L200 172V188H122ZM200 172H278V188H200Z" stroke="none"/><rect x="196" y="96" width="8" height="14" fill="#ddd"/>"##),
    ("coat", r##"<path d="M154 56L98 82L72 250L108 256L124 150L112 316H288L276 150L292 256L328 250L302 82L246 56L200 70Z"/><path class="d" d="M154 56L200 150L172 170L140 96ZM246 56L200 150L228 170L260 96Z"/><path class="s" d="M200 150V316M130 232H168M232 232H270"/><g class="d" stroke="none"><circle cx="186" cy="196" r="5"/><circle cx="214" cy="196" r="5"/><circle cx="186" cy="232" r="5"/><circle cx="214" cy="232" r="5"/></g>"##),
    ("trousers", r##"<path d="M138 56H262L284 314H222L200 136L178 314H116Z"/><path class="d" d="M138 56H262L264 76H136Z"/><path class="s" d="M200 76V136M144 84Q150 110 134 118M256 84Q250 110 266 118M156 140L146 306M244 140L254 306"/>"##),
    ("shorts", r##"<path d="M128 96H272L304 276H218L200 186L182 276H96Z"/><path class="d" d="M128 96H272L275 116H125Z"/><path class="s" d="M200 116V186M136 124Q142 156 118 166M264 124Q258 156 282 166"/><path class="l" d="M99 260H185L182 276H96ZM215 260H301L304 276H218Z" stroke="none"/><path class="s" d="M192 112V140M208 112V134"/>"##),
    ("skirt", r##"<path d="M152 84H248L308 300Q200 326 92 300Z"/><path class="d" d="M152 84H248L252 104H148Z"/><path class="s" d="M168 104L130 304M184 104L166 310M200 104V312M216 104L234 310M232 104L270 304"/>"##),
    ("dress", r##"<path d="M160 56L150 140Q152 164 140 180L96 306Q200 328 304 306L260 180Q248 164 250 140L240 56L226 60Q226 108 200 108Q174 108 174 60Z"/><path class="d" d="M146 164H254L260 182H140Z"/><path class="s" d="M170 182L140 308M200 182V314M230 182L260 308"/>"##),
    ("sneaker", r##"<path d="M78 168Q88 160 108 178Q140 198 166 162L192 146Q206 190 248 208L304 222Q336 232 334 262H72Q66 206 78 168Z"/><path fill="#fff" d="M70 258H336Q338 288 314 288H92Q68 288 70 258Z"/><path class="s" d="M178 156L206 172M190 176L218 190M206 196L232 206M70 270H334"/><path class="l" d="M100 258Q96 214 130 212Q166 214 190 258Z"/>"##),
    ("boot", r##"<path d="M130 66H236L232 200Q262 214 304 222Q332 230 330 264H126Z"/><path fill="#3b2f28" d="M122 262H334V288H222L216 280H200V292H122Z"/><path class="d" d="M130 66H236L235 86H129Z"/><path class="s" d="M232 200Q214 214 214 240M180 86V206"/><path class="d" d="M166 92H196L194 196H168Z" stroke="none"/>"##),
    ("sandal", r##"<path fill="#b5956b" d="M68 250Q120 226 200 238Q290 226 336 244Q348 272 316 278H92Q62 276 68 250Z"/><path d="M176 240Q186 172 238 170Q296 172 310 240Q244 226 176 240Z"/><path class="l" d="M196 218Q208 184 240 184L240 196Q218 198 210 222Z" stroke="none"/><path class="s" d="M68 262H338"/><path d="M84 246Q84 198 128 200Q152 204 150 240L138 240Q138 214 122 214Q102 216 102 244Z"/>"##),
    ("backpack", r##"<path class="s" d="M172 70Q172 44 200 44Q228 44 228 70" stroke-width="8"/><path d="M126 120Q126 66 200 66Q274 66 274 120V292Q274 310 256 310H144Q126 310 126 292Z"/><path class="d" d="M144 206H256V282Q256 292 246 292H154Q144 292 144 282Z"/><path class="l" d="M126 120Q200 150 274 120V140Q200 170 126 140Z" stroke="none"/><path class="s" d="M158 222H242M200 150V176"/><rect x="192" y="170" width="16" height="22" rx="3" fill="#e8d9b8"/>"##),
    ("bag", r##"<path class="s" d="M152 150Q152 66 200 66Q248 66 248 150" stroke-width="9"/><path d="M104 140H296L312 306H88Z"/><path class="d" d="M104 140H296L298 160H102Z"/><path class="s" d="M134 160V306M266 160V306"/><circle cx="200" cy="228" r="28" class="l"/>"##),
    ("cap", r##"<path d="M98 226Q92 122 194 116Q282 118 284 214Z"/><path d="M276 206Q338 208 356 240Q316 252 98 228Q96 216 100 212Q200 228 276 206Z"/><path class="s" d="M194 116Q168 160 170 220M194 116Q234 160 238 214"/><circle cx="194" cy="116" r="7"/><path class="l" d="M112 200Q116 140 176 126Q132 152 130 206Z" stroke="none"/>"##),
    ("beanie", r##"<path d="M104 236Q100 96 200 92Q300 96 296 236Z"/><rect x="92" y="222" width="216" height="64" rx="16"/><rect class="d" x="92" y="222" width="216" height="64" rx="16"/><path class="s" d="M116 228V280M140 228V280M164 228V280M188 228V280M212 228V280M236 228V280M260 228V280M284 228V280M150 110Q134 160 136 220M250 110Q266 160 264 220M200 94V220"/>"##),
    ("scarf", r##"<path d="M130 92Q200 140 270 92L286 128Q200 186 114 128Z"/><path d="M226 136L268 300H212L188 152Z"/><path d="M174 142L150 268H104L142 130Z"/><path class="d" d="M258 260L268 300H212L206 260ZM158 230L150 268H104L115 230Z" stroke="none"/><path class="s" d="M216 300V314M230 300V314M244 300V314M258 300V314M110 268V282M122 268V282M134 268V282M146 268V282"/>"##),
    ("socks", r##"<path d="M118 70H182V200Q184 216 196 226L226 250Q240 282 212 298Q196 302 180 290L132 250Q116 236 116 214Z"/><path d="M214 70H278V200Q280 216 292 226L316 246Q328 282 300 294Q284 298 268 286L228 250Q212 236 212 214Z"/><path class="d" d="M118 70H182V96H118ZM214 70H278V96H214Z"/><path class="l" d="M226 250Q240 282 212 298Q190 284 198 262ZM316 246Q328 282 300 294Q284 282 290 258Z" stroke="none"/>"##),
    ("belt", r##"<path d="M200 92A108 96 0 1 1 199 92ZM200 124A76 66 0 1 0 201 124Z" fill-rule="evenodd"/><path d="M186 268H330L344 284L330 300H186Z"/><rect x="160" y="258" width="52" height="52" rx="8" fill="none" stroke="#c9a44c" stroke-opacity="1" stroke-width="9"/><path d="M186 284H226" stroke="#c9a44c" stroke-opacity="1" stroke-width="6"/><g class="d" stroke="none"><circle cx="250" cy="284" r="4"/><circle cx="274" cy="284" r="4"/><circle cx="298" cy="284" r="4"/></g>"##),
    ("mug", r##"<path d="M268 144Q336 140 332 204Q328 254 262 258L264 236Q304 232 306 202Q308 166 268 168Z"/><path d="M104 108H272V276Q272 308 240 308H136Q104 308 104 276Z"/><ellipse class="d" cx="188" cy="108" rx="84" ry="16"/><path class="l" d="M122 136H142V274Q142 288 150 294Q122 292 122 270Z" stroke="none"/>"##),
    ("bottle", r##"<rect x="172" y="44" width="56" height="44" rx="8" fill="#3a3a3e"/><path d="M164 88H236V112Q264 126 264 160V292Q264 312 244 312H156Q136 312 136 292V160Q136 126 164 112Z"/><path class="d" d="M136 280H264V292Q264 312 244 312H156Q136 312 136 292Z" stroke="none"/><path class="l" d="M152 164Q154 142 170 132V296H158Q152 296 152 288Z" stroke="none"/>"##),
    ("blanket", r##"<path d="M88 206Q88 190 104 190H296Q312 190 312 206V292Q312 308 296 308H104Q88 308 88 292Z"/><path d="M96 150Q96 134 112 134H288Q304 134 304 150V190H96Z"/><path d="M104 100Q104 86 118 86H282Q296 86 296 100V134H104Z"/><path class="d" d="M252 86H274V308H252ZM126 86H148V308H126Z" stroke="none"/><path class="s" d="M88 248H312M96 162H304M104 110H296" stroke-dasharray="6 7"/>"##),
    ("candle", r##"<path fill="#f2a93b" d="M200 62Q226 96 200 122Q174 96 200 62Z"/><path class="s" d="M200 116V142" stroke-opacity=".8"/><path d="M126 142H274V292Q274 310 256 310H144Q126 310 126 292Z"/><ellipse class="l" cx="200" cy="142" rx="74" ry="14"/><rect x="150" y="192" width="100" height="66" rx="4" fill="#fff"/><path class="s" d="M168 214H232M178 234H222"/>"##),
];
