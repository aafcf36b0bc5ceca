"""The list of customers and a customer's own page, in their states, each brought about by its real cause."""

from playwright.async_api import Page, expect

from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import show, state
from tests.web.pages.words import Words

CONTACTS = ("contact", "contact_phone")


async def of_amelia(house: WebHouse) -> str:
    found = (await (await house.signed_in("sam")).get("/api/v1/contacts?q=amelia")).json()["items"]
    return f"/customers/{found[0]['id']}"


async def search(page: Page, say: Words, text: str) -> None:
    await page.locator(".customers").get_by_placeholder(say("find.placeholder")).fill(text)


async def test_the_list_from_loading_to_nobody(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await house.store_hangs(*CONTACTS)
    await page.get_by_role("link", name=say("nav.customers")).click()
    await state(page, ".customers", "loading")
    await house.store_goes_on()
    await state(page, ".customers", "there")
    await search(page, say, "nobody of this name")
    await state(page, ".customers", "empty")
    await expect(page.locator(".customers")).to_contain_text(say("find.nobody"))
    await search(page, say, "hartwell")
    await page.get_by_role("link", name="Amelia Hartwell").click()
    await expect(page.get_by_role("heading", name="Amelia Hartwell")).to_be_visible()


async def test_the_list_says_what_failed_and_keeps_what_it_has(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await house.store_stops()
    await page.get_by_role("link", name=say("nav.customers")).click()
    await state(page, ".customers", "error")
    await house.store_comes_back()
    await page.locator(".customers").get_by_role("button", name=say("tryAgain")).click()
    await state(page, ".customers", "there")
    await house.stop_serving()
    await search(page, say, "amelia")
    await expect(page.locator(".customers .fault")).to_contain_text(say("tryAgain"))
    await house.serve()
    await expect(page.locator(".customers")).to_contain_text("Hartwell Frames")
    await expect(page.locator(".customers .fault")).to_have_count(0)


async def test_a_customers_page_from_loading_to_an_empty_timeline(house: WebHouse, sign_in: SignIn, say: Words):
    path = await of_amelia(house)
    page = await sign_in("sam")
    await house.store_hangs(*CONTACTS)
    await show(page, path)
    await state(page, ".cust", "loading")
    await house.store_goes_on()
    await state(page, ".cust", "there")
    await state(page, ".timeline", "empty")
    await expect(page.locator(".timeline")).to_contain_text(say("timeline.none"))
    await show(page, "/customers/999999")
    await expect(page.get_by_role("link", name=say("customer.toList"))).to_be_visible()


async def test_a_customers_page_without_the_store_and_without_the_service(house: WebHouse, sign_in: SignIn, say: Words):
    path = await of_amelia(house)
    page = await sign_in("sam")
    await house.store_stops()
    await show(page, path)
    await state(page, ".cust", "error")
    await state(page, ".timeline", "error")
    await expect(page.get_by_role("button", name=say("customer.edit"))).to_have_count(0)
    await house.store_comes_back()
    await page.locator(".cust").get_by_role("button", name=say("tryAgain")).click()
    await state(page, ".cust", "there")
    await house.stop_serving()
    await state(page, ".cust", "stale")
    await expect(page.locator(".cust")).to_contain_text("Hartwell Frames")
    await expect(page.locator(".cust")).to_contain_text(say("asOf", time="").strip())
    await house.serve()
    await state(page, ".cust", "there")


async def test_a_change_that_the_store_does_not_take_stays_in_the_form(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", await of_amelia(house))
    await page.get_by_role("button", name=say("customer.edit")).click()
    name = page.get_by_label(say("customer.name"))
    await name.fill("Amelia Hartwell-Reyes")
    await house.store_stops()
    await page.get_by_role("button", name=say("save")).click()
    await expect(page.locator(".edit-contact .bad")).not_to_be_empty()
    await expect(name).to_have_value("Amelia Hartwell-Reyes")
    await house.store_comes_back()
    await page.get_by_role("button", name=say("save")).click()
    await expect(page.get_by_role("heading", name="Amelia Hartwell-Reyes")).to_be_visible()
