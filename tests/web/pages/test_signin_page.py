"""Sign-in, the check of the desk, and what belongs to every page: language, theme, roles, small windows."""

from playwright.async_api import Browser, Page, expect

from tests.api.house import PASSWORD
from tests.fixtures.chromium import Launch
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words


async def at_the_door(house: WebHouse, browser: Browser, say: Words) -> Page:
    page = await (await browser.new_context(locale=say.locale)).new_page()
    page.set_default_timeout(15_000)
    await page.goto(house.origin + "/")
    await page.locator("input[name=login]").wait_for()
    return page


async def test_a_wrong_password_says_what_to_do(house: WebHouse, browser: Browser, say: Words):
    page = await at_the_door(house, browser, say)
    await expect(page.get_by_role("heading", name=say("signin.title"))).to_be_visible()
    await page.locator("input[name=login]").fill("ana")
    await page.locator("input[name=password]").fill("not this one")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("[data-card]").wait_for()
    assert page.url == house.origin + "/agent"


async def test_a_service_that_is_away_is_asked_again(house: WebHouse, browser: Browser, say: Words):
    page = await at_the_door(house, browser, say)
    await house.stop_serving()
    await page.locator("input[name=login]").fill("ana")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await house.serve()
    await page.get_by_role("button", name=say("signin.title")).click()
    await page.locator("[data-card]").wait_for()


async def test_a_slow_database_is_waited_for_and_one_that_is_away_is_told(house: WebHouse, browser: Browser, say: Words):
    page = await at_the_door(house, browser, say)
    await page.locator("input[name=login]").fill("ana")
    await page.locator("input[name=password]").fill(PASSWORD)
    await house.store_stops()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await house.store_comes_back()
    await house.store_hangs("app_user")
    await page.keyboard.press("Enter")
    button = page.get_by_role("button", name=say("signin.busy"))
    await expect(button).to_be_disabled()
    await expect(page.get_by_role("alert")).to_be_empty()
    await house.store_goes_on()
    await page.locator("[data-card]").wait_for()


async def test_a_page_that_cannot_ask_who_is_signed_in_says_so_and_comes_by_itself(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await house.store_hangs("web_session")
    await page.reload()
    await expect(page.locator(".waiting")).to_contain_text(say("loading"))
    await house.store_stops()
    await expect(page.locator(".waiting .amber")).not_to_be_empty()
    await house.store_goes_on()
    await house.store_comes_back()
    await page.locator(".kpis").wait_for()


async def test_the_desk_is_checked_for_real(house: WebHouse, chromium: Launch, say: Words):
    page = await at_the_door(house, await chromium(), say)
    # Where the microphone has been allowed before, as in this browser, the check runs by itself.
    heard = page.locator("[data-verdict=ok]").filter(has_text=say("check.microphone"))
    await expect(heard).to_be_visible()  # Chromium's fake microphone beeps
    await expect(page.locator("[data-verdict=ok]").filter(has_text=say("check.service"))).to_be_visible()


async def test_language_and_theme_follow_the_person(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    other = Words("en" if say.language == "zh" else "zh")
    await expect(page.locator("html")).to_have_attribute("lang", say.language)
    await page.get_by_role("button", name=say("language"), exact=True).click()
    await expect(page.locator("html")).to_have_attribute("lang", other.language)
    await expect(page.locator(".top h1")).to_have_text(other("nav.board"))
    async with page.expect_response(lambda answer: "theme" in (answer.request.post_data or "")):
        await page.get_by_role("button", name=other("theme"), exact=True).click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator(".top h1")).to_have_text(other("nav.board"))


async def test_each_role_has_its_pages_and_no_other(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana", "/statistics")
    await page.locator("[data-card]").wait_for()
    assert page.url == house.origin + "/agent"
    await expect(page.get_by_role("link", name=say("nav.board"))).to_have_count(0)


async def test_signing_out_ends_it(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await page.locator(".me").click()
    await page.get_by_role("menuitem", name=say("signOut")).click()
    await page.locator("input[name=login]").wait_for()
    await page.goto(house.origin + "/board")
    await page.locator("input[name=login]").wait_for()


async def test_on_a_telephone_answer_is_under_the_thumb_and_nothing_scrolls_sideways(
    house: WebHouse, sign_in: SignIn, say: Words
):
    page = await sign_in("ana", width=390, height=844)
    await page.get_by_role("button", name=say("goAvailable")).click()
    house.call_in()
    bar = page.locator(".callbar")
    await expect(bar).to_be_visible()
    box = await bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 844
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await bar.get_by_role("button", name=say("answer")).click()
    await page.locator("[data-card=talking]").wait_for()
