### What the shop writes to people, in English. The format is Fluent (https://projectfluent.org). Each file in this folder is a
### language; its name is the tag of the language. A message that another language lacks is taken from here.

## Numbers and times

number =
    .group = ,
    .decimal = .
time = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $clock } UTC

## The confirmation of an order

order-placed =
    .subject = Your order { $number } at { $shop }
    .heading = Thank you for your order.
    .order = Order { $number } at { $shop }
    .placed = Placed on { $time }
    .line = { $quantity } x { $title }
    .sku = SKU { $sku }
    .amounts = { $price } each, { $amount }
    .later = Follows later: { $units } of { $quantity }
    .total = Total: { $amount }
    .link = Your order
    .reason = You get this mail because this address placed an order at { $shop }.
order-table =
    .item = Item
    .quantity = Quantity
    .price = Price
    .each = { $price } each
    .total = Total
    .link = See your order

## Links that are sent by mail

link =
    .validity = The link works once, until { $time }. Older links of this kind no longer work.

activation =
    .heading = Activate your account
    .text = Someone, most likely you, used this address for an account. Open the link to confirm that it is yours.
    .link = Activate the account
    .otherwise = If it was not you, do nothing: without the link nobody can use the account.

account-exists =
    .heading = You have an account already
    .text = Someone, most likely you, registered with this address. It has an account already, which stays as it is.
    .otherwise = Log in with your password, or ask for a new one if you have forgotten it. If it was not you, do nothing.

password-reset =
    .heading = Choose a new password
    .text = Someone, most likely you, asked for a new password for the account with this address.
    .link = Choose a new password
    .otherwise = If it was not you, do nothing: your password stays as it is. Never pass the link on.

email-reset =
    .heading = Choose a new address
    .text = Someone, most likely you, asked to change the address of this account.
    .link = Choose a new address
    .otherwise = If it was not you, do nothing: your account stays as it is. Never pass the link on.

## What happened to an account

email-changed-new =
    .heading = This is the new address of your account
    .text = Your account now uses this address. Log in with it from now on; our mails come here.
    .otherwise = If you have no account here, please tell us: someone entered a wrong address.

email-changed-old =
    .heading = The address of your account was changed
    .text = Your account now uses another address. You cannot log in with this one any more.
    .otherwise = If it was not you, tell us at once: someone else may be using your account.

password-changed =
    .heading = Your password was changed
    .text = The password of your account was changed. You were logged out everywhere else.
    .otherwise = If it was not you, ask for a new password at once: the link to choose it comes to this address.

new-sign-in =
    .heading = A new sign-in to your account
    .text = Someone, most likely you, logged in to your account from a new network.
    .when = When: { $time }
    .address = Network address: { $address }
    .program = Program: { $program }
    .unknown = unknown
    .known-program = { $program } on { $system }
    .unknown-program = an unknown program
    .expected = If it was you, you need not do anything.
    .otherwise = If it was not, end this sign-in in the list of your sign-ins and choose a new password at once, which ends all others.

## What someone waits for

back-in-stock =
    .heading = What you asked for is available again
    .text = You can order it now, but it is not reserved for you.
    .link = See it
    .reason = You get this mail because someone, most likely you, asked for it with this address. It is the only one: with it the request is done, so there is nothing to unsubscribe from.

back-in-stock-request =
    .heading = Confirm that you want a mail
    .text = Someone, most likely you, asked us to write to this address when this is available again. Open the link to confirm it.
    .link = Confirm
    .validity = The link is valid for seven days.
    .otherwise = If it was not you, do nothing: without the link we will not write when it is available.
