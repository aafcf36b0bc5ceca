"""Log-ins on the administrator's page, from the one-time password to the closed log-in; where each role begins; the audit log."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.api.house import PASSWORD
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words


async def row(page: Page, login: str) -> str:
    return str(await page.locator(f"[data-login='{login}']").inner_text())


async def make(page: Page, say: Words, login: str) -> str:
    """A new auditor's log-in, with the keyboard alone; its one-time password."""
    await page.get_by_role("button", name=say("people.new")).focus()
    await page.keyboard.press("Enter")
    form = page.locator(".user-form")
    await form.locator("input[name=login]").wait_for()
    await expect(form.locator("input[name=login]")).to_be_focused()
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.press("End")
    await expect(form.locator("select[name=role]")).to_have_value("auditor")
    await form.get_by_role("button", name=say("people.create")).focus()
    await page.keyboard.press("Enter")
    shown = page.locator("[data-password=one-time]")
    await expect(shown).to_be_visible()
    return str(await shown.inner_text())


async def open_form(page: Page, login: str) -> None:
    await page.locator(f"[data-login='{login}']").get_by_role("button").click()


async def pressed_twice(page: Page, say: Words, name: str) -> None:
    """What cannot be taken back asks once more."""
    await page.get_by_role("button", name=say(name), exact=True).click()
    await page.get_by_role("button", name=say("people.sure"), exact=True).click()
    await expect(page.locator(".user-form")).to_have_count(0)


async def test_from_a_new_log_in_to_an_own_password(house: WebHouse, browser: Browser, sign_in: SignIn, say: Words):
    admin = await sign_in("adi")
    assert admin.url == house.origin + "/people"
    password = await make(admin, say, "lea")
    assert say("people.oneTime") in await row(admin, "lea")

    page = await (await browser.new_context(locale=say.locale)).new_page()
    await page.goto(house.origin + "/")
    await page.locator("input[name=login]").fill("lea")
    await page.locator("input[name=password]").fill(password)
    await page.keyboard.press("Enter")
    await page.locator("input[name=present]").wait_for()
    await page.goto(house.origin + "/statistics")
    await page.locator("input[name=present]").fill(password)
    await page.locator("input[name=chosen]").fill("words of my own")
    await page.locator("input[name=again]").fill("other words")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await page.locator("input[name=again]").fill("words of my own")
    await page.keyboard.press("Enter")
    await page.locator(".me").wait_for()
    await page.goto(house.origin + "/audit")
    await expect(page.locator("[data-action=password_changed]")).to_have_count(1)
    await expect(page.locator("[data-action=user_created]")).to_have_count(1)
    await page.goto(house.origin + "/people")
    await expect(page.locator("[data-login=lea]")).to_be_visible()
    await expect(page.get_by_role("button", name=say("people.new"))).to_have_count(0)


async def test_a_log_in_is_changed_signed_out_and_closed(house: WebHouse, sign_in: SignIn, say: Words):
    admin, sam = await sign_in("adi"), await sign_in("sam")
    await admin.reload()
    await open_form(admin, "sam")
    whole = admin.get_by_role("checkbox", name=say("people.allTeams"))
    await expect(whole).to_be_checked()
    await whole.uncheck()
    await admin.locator("input[name=team][value=day]").check()
    await admin.get_by_role("button", name=say("people.save")).click()
    await expect(admin.locator(".user-form")).to_have_count(0)
    await sam.locator("input[name=login]").wait_for()
    assert (await house.users.user("sam")).teams == ("day",)

    await open_form(admin, "sam")
    await pressed_twice(admin, say, "people.close")
    await expect(admin.locator("[data-login=sam]")).to_contain_text(say("people.closed"))
    await sam.locator("input[name=login]").fill("sam")
    await sam.locator("input[name=password]").fill(PASSWORD)
    await sam.keyboard.press("Enter")
    await expect(sam.get_by_role("alert")).not_to_be_empty()
    await open_form(admin, "sam")
    await pressed_twice(admin, say, "people.open")

    ana = await sign_in("ana")
    await open_form(admin, "ana")
    await pressed_twice(admin, say, "people.end")
    await ana.locator("input[name=login]").wait_for()
    await open_form(admin, "ana")
    await pressed_twice(admin, say, "people.reset")
    await expect(admin.locator("[data-password=one-time]")).to_be_visible()


async def test_the_last_administrator_is_told_why_she_stays(sign_in: SignIn, say: Words):
    admin = await sign_in("adi")
    await open_form(admin, "adi")
    await admin.get_by_role("button", name=say("people.close"), exact=True).click()
    await admin.get_by_role("button", name=say("people.sure"), exact=True).click()
    await expect(admin.locator(".user-form").get_by_role("alert")).not_to_be_empty()
    await admin.locator("select[name=role]").focus()
    await admin.keyboard.press("Escape")
    await expect(admin.locator(".user-form")).to_have_count(0)


@pytest.mark.parametrize(
    ("login", "begins", "pages"),
    [
        ("ana", "/agent", ["/agent", "/customers"]),
        ("sam", "/board", ["/board", "/statistics", "/customers"]),
        ("mia", "/campaigns", ["/campaigns", "/do-not-call", "/statistics", "/customers"]),
        ("adi", "/people", ["/people", "/audit", "/webhooks"]),
        (
            "uma",
            "/statistics",
            ["/board", "/campaigns", "/do-not-call", "/statistics", "/customers", "/people", "/audit"],
        ),
    ],
)
async def test_each_role_begins_where_something_works_and_is_shown_only_that(
    house: WebHouse, sign_in: SignIn, login: str, begins: str, pages: list[str]
):
    page = await sign_in(login)
    await page.wait_for_url(house.origin + begins)
    links = page.locator("nav.rail a:not(.mark-link)")
    assert [await link.get_attribute("href") for link in await links.all()] == pages
    for path in pages:
        await page.goto(house.origin + path)
        await expect(page.locator("nav.rail a[aria-current=page]")).to_have_attribute("href", path)
        await expect(page.locator("[data-state=error], [data-state=disconnected]")).to_have_count(0)
    for path in {"/agent", "/board", "/statistics", "/customers", "/people", "/audit", "/webhooks"} - set(pages):
        await page.goto(house.origin + path)
        await page.wait_for_url(house.origin + begins)


async def test_log_ins_on_a_small_screen(house: WebHouse, sign_in: SignIn, say: Words):
    admin = await sign_in("adi", width=390, height=844)
    await make(admin, say, "lea")
    await open_form(admin, "lea")
    for path in ("/people", "/audit"):
        wide = await admin.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        button = admin.get_by_role("button", name=say("people.save"))
        if path == "/people":
            box = await button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["height"] >= 40
        await admin.goto(house.origin + "/audit")
        await expect(admin.locator("[data-action=user_created]")).to_have_count(1)
