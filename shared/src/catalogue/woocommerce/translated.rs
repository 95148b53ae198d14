//! Recognises the export of a shop in another language: WooCommerce translates the names of columns. Such a file is not read, because
//! translations differ between versions; but it is named for what it is.

use super::columns::Column;
use crate::catalogue::name_key;
use crate::catalogue::product_file::Meaning as _;

/// The word for "Type" in other languages in which WooCommerce is used much, and in English.
const TYPES: [&str; 12] =
    ["Type", "Typ", "Tipo", "Tipus", "Tip", "Tür", "Rodzaj", "Тип", "Τύπος", "タイプ", "类型", "類型"];

/// Names of the columns of prices, which few other programs have: the regular price and the sale price in German, French, Spanish, Italian,
/// Dutch, Portuguese, Polish, Swedish, Danish and Norwegian, Finnish, Czech, Hungarian, Romanian, Turkish, Russian, Greek and Japanese.
const PRICES: [&str; 34] = [
    "Regulärer Preis",
    "Angebotspreis",
    "Tarif régulier",
    "Tarif promo",
    "Precio normal",
    "Precio rebajado",
    "Prezzo di listino",
    "Prezzo in offerta",
    "Reguliere prijs",
    "Actieprijs",
    "Preço normal",
    "Preço promocional",
    "Cena regularna",
    "Cena promocyjna",
    "Ordinarie pris",
    "Reapris",
    "Normalpris",
    "Tilbudspris",
    "Normaalihinta",
    "Alennushinta",
    "Běžná cena",
    "Akční cena",
    "Normál ár",
    "Akciós ár",
    "Preț obișnuit",
    "Preț redus",
    "Normal fiyat",
    "İndirimli fiyat",
    "Базовая цена",
    "Акционная цена",
    "Κανονική τιμή",
    "Τιμή προσφοράς",
    "通常価格",
    "セール価格",
];

/// Names of the columns of ids and SKUs in these languages.
const KNOWN_BY: [&str; 14] = [
    "ID",
    "SKU",
    "Artikelnummer",
    "UGS",
    "COD",
    "REF",
    "Artikelnr.",
    "Varenummer",
    "Varenummer (SKU)",
    "Tuotetunnus",
    "Katalogové číslo",
    "Cikkszám",
    "Stok kodu",
    "Артикул",
];

/// Returns true if a header seems to be that of a product export in another language.
pub fn is_translated(header: &[String]) -> bool {
    let keys: Vec<String> = header.iter().map(|name| name_key(name)).collect();
    let is_one_of = |key: &String, names: &[&str]| names.iter().any(|name| name_key(name) == *key);
    let has_one_of = |names: &[&str]| keys.iter().any(|key| is_one_of(key, names));
    is_full_export(&keys) || has_one_of(&PRICES) && (has_one_of(&KNOWN_BY) || has_one_of(&TYPES))
}

/// Returns true if the columns are at the places where an export of all columns has them. The codes of goods have international names.
fn is_full_export(keys: &[String]) -> bool {
    let key = |at: usize| keys.get(at).map_or("", String::as_str);
    let has_type = TYPES.iter().any(|word| name_key(word) == key(1));
    let english = name_key(&Column::Gtin.name());
    let has_codes = keys.iter().any(|key| key.starts_with("gtin, upc, ean") && *key != english);
    keys.len() >= 8 && key(0).starts_with("id") && (has_type || has_codes)
}
