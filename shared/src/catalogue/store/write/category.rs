//! Statements that write categories one by one, as staff do.

use std::collections::HashSet;

use super::constraints::{has_too_many_words, or_refused};
use super::free_names::{UniqueName, free_names};
use crate::app::db::{Tx, is_violation};
use crate::catalogue::name_key;
use crate::ids::CategoryId;

/// A category to write.
#[derive(Clone, Debug)]
pub struct NewCategory<'a> {
    /// The parent category; `None` at the top.
    pub parent: Option<CategoryId>,
    /// The category's name.
    pub name: &'a str,
    /// The category's name in URLs.
    pub slug: &'a str,
}

/// A change of a category.
#[derive(Clone, Debug)]
pub struct CategoryChange<'a> {
    /// The category's id.
    pub id: CategoryId,
    /// The parent and the names after the change.
    pub to: NewCategory<'a>,
}

/// Reason why the database refuses a change of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategoryRefused {
    /// A sibling has the name, by its [`name_key`].
    NameTaken,
    /// Another category has the slug.
    SlugTaken,
    /// The parent does not exist.
    NoSuchParent,
    /// The category would be below itself.
    BelowItself,
    /// A category would be deeper than 32 levels.
    TooDeep,
    /// The category has other categories or products.
    NotEmpty,
    /// One of its products would have more words than search can store.
    TooManyWords,
}

impl CategoryRefused {
    fn of(error: &sqlx::Error) -> Option<Self> {
        if has_too_many_words(error) {
            return Some(Self::TooManyWords);
        }
        [
            ("category_name_unique", Self::NameTaken),
            ("category_slug_unique", Self::SlugTaken),
            ("categories_parent_id_fkey", Self::NoSuchParent),
            ("category_not_its_own_parent", Self::BelowItself),
            ("category_not_below_itself", Self::BelowItself),
            ("category_not_too_deep", Self::TooDeep),
        ]
        .into_iter()
        .find_map(|(constraint, refused)| is_violation(error, constraint).then_some(refused))
    }
}

/// Takes the lock that every transaction needs before it moves a category, and that is held until the transaction ends. The triggers of
/// the table take it too; taken here, before any row, it prevents deadlocks.
pub async fn lock_category_tree(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(r#"select lock_category_tree() as "done: ()""#).fetch_one(&mut *tx).await.map(drop)
}

/// Returns this slug, with a number if another category has or had it. The caller has locked the tree.
pub async fn free_category_slug(tx: &mut Tx, slug: String) -> sqlx::Result<String> {
    Ok(free_names(tx, UniqueName::CategorySlug, &[slug], HashSet::new()).await?.concat())
}

/// Creates a category after its siblings. The caller has locked the tree.
pub async fn insert_category(tx: &mut Tx, new: NewCategory<'_>) -> sqlx::Result<Result<CategoryId, CategoryRefused>> {
    let inserted = sqlx::query_scalar!(
        "insert into categories (parent_id, name, name_key, slug, position)
         select $1, $2, $4, $3, coalesce(max(position) + 1, 0) from categories where parent_id is not distinct from $1
         returning id",
        new.parent as _,
        new.name,
        new.slug,
        name_key(new.name)
    )
    .fetch_one(&mut *tx)
    .await;
    or_refused(inserted, CategoryRefused::of)
}

/// Changes a category. If it gets another parent, it goes after its new siblings. The caller has locked the tree.
pub async fn update_category(
    tx: &mut Tx,
    CategoryChange { id, to }: CategoryChange<'_>,
) -> sqlx::Result<Result<(), CategoryRefused>> {
    // Locks the products whose cards show the name or slug, before the category: a transaction that puts a product into a category locks
    // the product first.
    sqlx::query!(
        "select p.id from products p
          where p.id in (select pc.product_id from product_categories pc join categories c on c.id = pc.category_id
                          where c.id = $1 and (c.name, c.slug) <> ($2, $3))
          order by p.id for update",
        id as _,
        to.name,
        to.slug
    )
    .fetch_all(&mut *tx)
    .await?;
    let renamed = sqlx::query_scalar!(
        r#"with before as (select name, slug from categories where id = $1)
           update categories c
              set name = $3, name_key = $5, slug = $4, parent_id = $2,
                  position = case when c.parent_id is not distinct from $2 then c.position
                                  else (select coalesce(max(s.position) + 1, 0) from categories s
                                         where s.parent_id is not distinct from $2) end
             from before
            where c.id = $1
           returning (before.name, before.slug) <> (c.name, c.slug) as "renamed!""#,
        id as _,
        to.parent as _,
        to.name,
        to.slug,
        name_key(to.name)
    )
    .fetch_one(&mut *tx)
    .await;
    let renamed = match or_refused(renamed, CategoryRefused::of)? {
        Ok(renamed) => renamed,
        Err(refused) => return Ok(Err(refused)),
    };
    if !renamed {
        return Ok(Ok(()));
    }
    // Search finds its products by the name, and their cards show name and slug.
    let refreshed = sqlx::query!(
        "select refresh_product_cards(array(select product_id from product_categories where category_id = $1))",
        id as _
    )
    .fetch_one(&mut *tx)
    .await;
    or_refused(refreshed.map(drop), CategoryRefused::of)
}

/// Moves a category to this position among its siblings, from 0; to the end if there are fewer.
pub async fn move_to_position(tx: &mut Tx, id: CategoryId, position: i32) -> sqlx::Result<()> {
    // The others keep their order, and the category goes between them: half a step before the one at that position.
    sqlx::query!(
        "with siblings as (
             select s.id, row_number() over (order by s.position, s.name, s.id) - 1 as place
               from categories s join categories c on s.parent_id is not distinct from c.parent_id
              where c.id = $1 and s.id <> $1
         ), places as (
             select id, row_number() over (order by at) - 1 as place
               from (select id, place::numeric as at from siblings union all select $1, $2::integer - 0.5) ordered
         )
         update categories c set position = places.place from places where c.id = places.id and c.position <> places.place",
        id as _,
        position
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes a category that has neither categories nor products.
pub async fn delete_category(tx: &mut Tx, id: CategoryId) -> sqlx::Result<Result<(), CategoryRefused>> {
    match sqlx::query!("delete from categories where id = $1", id as _).execute(&mut *tx).await {
        Ok(_) => Ok(Ok(())),
        Err(error)
            if is_violation(&error, "categories_parent_id_fkey")
                || is_violation(&error, "product_categories_category_id_fkey") =>
        {
            Ok(Err(CategoryRefused::NotEmpty))
        }
        Err(error) => Err(error),
    }
}
