// The steps of the project's README with a typed client: register, log in, fill a cart, check out, read the mail.
//
//   npm start [URL]      by default the shop of `cargo dev`, http://localhost:8000
import createClient from "openapi-fetch";

import type { components, paths } from "./schema.js";

type Order = components["schemas"]["Order"];

const url = process.argv[2] ?? "http://localhost:8000";
const shop = createClient<paths>({ baseUrl: url });

/** Returns the body of a successful answer; throws the errors of any other. */
async function expect<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (data === undefined) throw new Error(`${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data;
}

// 1. Register. The name differs each time, so that the tour can be repeated.
const username = `ana-${Date.now()}`;
const email = `${username}@example.com`;
const password = "correct horse battery";
await expect(shop.POST("/auth/users/", { body: { email, username, password } }));

// 2. Log in. The token is sent with every request from here on.
const { access } = await expect(shop.POST("/auth/jwt/create/", { body: { email, password } }));
shop.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${access}`);
    return request;
  },
});

// 3. Fill a cart.
const cart = await expect(shop.POST("/api/v1/cart/", { body: { items: [{ product_variant_id: 1, quantity: 2 }] } }));

// 4. Check out, twice: the second answer is the same order.
const checkOut = (): Promise<Order> =>
  expect(
    shop.POST("/api/v1/orders/", {
      params: { header: { "Idempotency-Key": cart.id } },
      body: { cart_id: cart.id },
    }),
  );
const order = await checkOut();
if ((await checkOut()).id !== order.id) throw new Error("The second checkout placed a second order.");
console.log(`Order ${order.number}: ${order.grand_total} ${order.currency}`);

// 5. Read the mail. Only the shop on a laptop has this page, so it is not in openapi.json.
for (let attempt = 0; ; attempt++) {
  const mails = await (await fetch(`${url}/dev/mail/?format=json`)).text();
  if (mails.includes(email) && mails.includes(String(order.number))) break;
  if (attempt === 50) throw new Error("The mail did not come.");
  await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log(`Its mail went to ${email}.`);
