"""The steps of the project's README with a typed client: register, log in, fill a cart, check out, read the mail.

python3 tour.py [URL]      by default the shop of `cargo dev`, http://localhost:8000
"""

import sys
import time
from typing import TypeVar

import httpx

from shop_client import AuthenticatedClient, Client
from shop_client.api.auth import create_token, create_user
from shop_client.api.cart import create_cart
from shop_client.api.orders import create_order
from shop_client.models import Cart, CreateCart, CreateCartItem, CreateOrder, CreateToken, CreateUser, Order, TokenPair, User

Body = TypeVar("Body")


def expect(body: object, kind: type[Body]) -> Body:
    """Returns the body of a successful answer; raises any other, which is a problem or field errors."""
    if not isinstance(body, kind):
        raise RuntimeError(f"not a {kind.__name__} but {body}")
    return body


def main(url: str) -> None:
    public = Client(base_url=url, raise_on_unexpected_status=True)

    # 1. Register. The name differs each time, so that the tour can be repeated.
    username = f"ana-{time.time_ns()}"
    email = f"{username}@example.com"
    password = "correct horse battery"
    expect(create_user.sync(client=public, body=CreateUser(email=email, username=username, password=password)), User)

    # 2. Log in. The token is sent with every request from here on.
    tokens = expect(create_token.sync(client=public, body=CreateToken(email=email, password=password)), TokenPair)
    shop = AuthenticatedClient(base_url=url, token=tokens.access, raise_on_unexpected_status=True)

    # 3. Fill a cart.
    items = [CreateCartItem(product_variant_id=1, quantity=2)]
    cart = expect(create_cart.sync(client=shop, body=CreateCart(items=items)), Cart)

    # 4. Check out, twice: the second answer is the same order.
    body = CreateOrder(cart_id=cart.id)
    order = expect(create_order.sync(client=shop, body=body, idempotency_key=str(cart.id)), Order)
    again = expect(create_order.sync(client=shop, body=body, idempotency_key=str(cart.id)), Order)
    if again.id != order.id:
        raise RuntimeError("the second checkout placed a second order")
    print(f"Order {order.number}: {order.grand_total} {order.currency}")

    # 5. Read the mail. Only the shop on a laptop has this page, so it is not in openapi.json.
    for _ in range(50):
        mails = httpx.get(f"{url}/dev/mail/", params={"format": "json"}).text
        if email in mails and str(order.number) in mails:
            print(f"Its mail went to {email}.")
            return
        time.sleep(0.2)
    raise RuntimeError("the mail did not come")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
