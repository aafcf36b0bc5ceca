"""Webhooks on the administrator's page, with a receiver that really listens: made, told, failing, repeated, switched, ended."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from callcenter.webhooks.vocabulary import KINDS
from tests.integration.receiver import Receiver, accept, refuse
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def house(house: WebHouse) -> AsyncIterator[WebHouse]:
    """With what delivers."""
    await house.webhooks.start(house.engine.position)
    yield house
    await house.webhooks.close()


async def make(page: Page, say: Words, receiver: Receiver, name: str = "crm") -> str:
    """With the keyboard alone; the secret that is shown."""
    await page.get_by_role("button", name=say("hook.new")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("input[name=name]")).to_be_focused()
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(receiver.url)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=say("hook.copy"), exact=True)).to_be_focused()
    return str(await page.locator("[data-secret]").inner_text()).strip()


async def pressed_twice(page: Page, say: Words, name: str) -> None:
    await page.get_by_role("button", name=say(name), exact=True).click()
    await page.get_by_role("button", name=say("hook.sure"), exact=True).click()


async def test_from_the_first_webhook_to_its_end(house: WebHouse, sign_in: SignIn, say: Words, receiver: Receiver):
    page = await sign_in("adi", "/webhooks")
    await page.goto(house.origin + "/webhooks")
    await expect(page.locator("section[data-state=empty]")).to_contain_text(say("hook.none"))
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    secret = await make(page, say, receiver)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=say("hook.copied"), exact=True)).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    row = page.locator("[data-hook=crm]")
    await expect(row).to_contain_text(say("hook.on"))
    await expect(row).to_contain_text(say("hook.never"))

    await row.get_by_role("link").click()
    await expect(page.locator(".hook-log[data-state=empty]")).to_be_visible()
    assert secret not in await page.content(), "shown once"
    await page.get_by_role("button", name=say("hook.test")).click()
    await expect(page.locator("[data-delivery=delivered][data-kind=test]")).to_contain_text("204")
    assert receiver.good[0].signed_with(secret)

    receiver.answer = refuse(503)
    await page.get_by_role("button", name=say("hook.test")).click()
    failing = page.locator("[data-delivery=pending]")
    await expect(failing).to_contain_text(say("fault.server_error"))
    await expect(page.locator(".panel-h .chip")).to_have_text(say("hook.failing"))
    receiver.answer = accept
    await failing.get_by_role("button", name=say("hook.again")).click()
    await expect(page.locator("[data-delivery=delivered]")).to_have_count(2)
    await expect(page.locator(".panel-h .chip")).to_have_text(say("hook.on"))

    await page.get_by_label(say("hook.someEvents")).check()
    await page.get_by_role("button", name=say("hook.save"), exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text(say("hook.noneChosen"))
    await page.locator("input[value='call.ended']").check()
    await page.get_by_role("button", name=say("hook.save"), exact=True).click()
    await expect(page.get_by_text(say("hook.saved"))).to_be_visible()
    [kept] = await house.webhooks.desk.all()
    assert kept.kinds == ("call.ended",)

    await page.get_by_role("button", name=say("hook.switchOff"), exact=True).click()
    await expect(page.locator(".panel-h .chip")).to_have_text(say("hook.off"))
    await expect(page.get_by_role("button", name=say("hook.test"))).to_have_count(0)
    await page.get_by_role("button", name=say("hook.switchOn"), exact=True).click()
    await pressed_twice(page, say, "hook.newSecret")
    await expect(page.locator("[data-secret]")).to_be_visible()
    assert str(await page.locator("[data-secret]").inner_text()).strip() != secret
    await pressed_twice(page, say, "hook.delete")
    await page.wait_for_url(house.origin + "/webhooks")
    await expect(page.locator("section[data-state=empty]")).to_be_visible()
    actions = [entry.action for entry in (await house.audit.page(limit=10, cursor_=None)).items if "webhook" in entry.action]
    assert actions == ["webhook_deleted", "webhook_secret_changed", *["webhook_changed"] * 3, "webhook_created"]
    await page.goto(house.origin + "/audit")
    await expect(page.locator("[data-action=webhook_deleted]")).to_contain_text(say("audit.webhook_deleted"))


async def test_what_goes_wrong_says_what_to_do(house: WebHouse, sign_in: SignIn, say: Words, receiver: Receiver):
    page = await sign_in("adi")
    await page.goto(house.origin + "/webhooks")
    await page.get_by_role("button", name=say("hook.new")).click()
    await page.locator("input[name=name]").fill("inside")
    await page.locator("input[name=url]").fill("http://10.0.0.1/hook")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hook-form [role=alert]")).to_contain_text("https")
    await page.keyboard.press("Escape")
    await expect(page.locator(".hook-form")).to_have_count(0)
    await expect(page.get_by_role("button", name=say("hook.new"))).to_be_focused()
    await page.goto(house.origin + "/webhooks/4711")
    await expect(page.get_by_text(say("hook.gone"))).to_be_visible()

    await page.goto(house.origin + "/webhooks")
    await make(page, say, receiver)
    receiver.answer = refuse(410)
    await page.locator("[data-hook=crm] a").click()
    await page.get_by_role("button", name=say("hook.test")).click()
    await expect(page.locator("[data-delivery=given_up]")).to_contain_text(say("fault.gone"))
    await expect(page.get_by_text(say("hook.goneWhat"))).to_be_visible()
    await house.store_hangs("webhook", "webhook_delivery")
    await page.reload()
    await expect(page.locator("section[data-state=loading]")).to_have_count(1)
    await house.store_stops()
    await house.store_goes_on()
    await expect(page.locator(".fault")).to_have_count(1)
    await house.store_comes_back()
    await expect(page.locator("section[data-state=there]")).to_have_count(2)


async def test_it_fits_a_small_screen_and_the_menu_leads_there(
    house: WebHouse, sign_in: SignIn, say: Words, receiver: Receiver
):
    page = await sign_in("adi", width=390, height=844)
    await page.locator(".me").click()
    await page.get_by_role("menuitem", name=say("nav.webhooks")).click()
    await page.wait_for_url(house.origin + "/webhooks")
    await make(page, say, receiver, "a receiver with a rather long name")
    await page.locator("[data-hook] a").click()
    await page.get_by_role("button", name=say("hook.test")).click()
    await page.locator("[data-delivery=delivered]").wait_for()
    await page.get_by_label(say("hook.someEvents")).check()
    for path in (page.url, house.origin + "/webhooks"):
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        await page.goto(house.origin + "/webhooks")
        await expect(page.locator("[data-hook]")).to_be_visible()


async def test_nobody_else_has_the_page(house: WebHouse, sign_in: SignIn):
    page = await sign_in("sam")
    await page.goto(house.origin + "/webhooks")
    await page.wait_for_url(house.origin + "/board")
    await expect(page.locator("a[href='/webhooks']")).to_have_count(0)


def test_the_page_knows_every_kind_of_event():
    pairs = Words.pairs
    assert {f"kind.{kind}" for kind in (*KINDS, "test")} == {key for key in pairs if key.startswith("kind.")}
