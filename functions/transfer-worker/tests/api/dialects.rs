//! Files with other delimiters and encodings, which are read chunk by chunk.

use shared::catalogue::product_file::{Delimiter, Encoding, FileKind};
use shared::transfers::TransferStatus;
use sqlx::PgPool;
use transfer_worker::Limits;

use crate::{SHORT, Shop, file_of};

/// The letter that tells the encoding is in the last product.
const LAST: &str = "tasse;Große Tasse – weiß €;;;Title;Default Title;LAST;1;7,50\r\n";

fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '–' => 0x96,
        '€' => 0x80,
        c => u8::try_from(u32::from(c)).unwrap(),
    };
    text.chars().map(byte).collect()
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_chunk_of_a_file_is_read_in_its_dialect(db: PgPool) {
    let shop = Shop::open(db);
    let text = format!("{}{LAST}", file_of(40).replace(',', ";"));
    for (file, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        (windows_1252(&format!("sep=;\r\n{text}")), Encoding::Windows1252),
        (utf_16(&text, u16::to_le_bytes), Encoding::Utf16Le),
        (utf_16(&text, u16::to_be_bytes), Encoding::Utf16Be),
    ] {
        for limits in [Limits::default(), SHORT] {
            let import = shop.imported(&file, limits).await;

            assert_eq!((import.status, import.error.as_deref()), (TransferStatus::Done, None), "{encoding:?}");
            assert_eq!((import.products.created, import.variants.created, import.rows_failed), (41, 121, 0));
            assert_eq!(import.bytes_done, import.bytes);
            let format = (import.kind, import.encoding, import.delimiter);
            assert_eq!(format, (Some(FileKind::ShopifyCsv), Some(encoding), Some(Delimiter::Semicolon)));
            let (name, price): (String, i64) =
                sqlx::query_as("select name, base_price from products where handle = 'tasse'")
                    .fetch_one(&shop.app.db)
                    .await
                    .unwrap();
            assert_eq!((name.as_str(), price), ("Große Tasse – weiß €", 750));
            sqlx::query("delete from products").execute(&shop.app.db).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_not_recognised_has_no_format(db: PgPool) {
    let shop = Shop::open(db);
    let import = shop.imported(b"id;name;price\n1;a;2\n", Limits::default()).await;
    assert_eq!((import.kind, import.encoding, import.delimiter), (None, None, None));
}
