"""What holds for every page alike: it fits a small screen without cutting words off, and nothing on it stands apart."""

from playwright.async_api import Page, expect

from callcenter.runtime import clock
from callcenter.store.tables.unadopted import UnadoptedCallRow
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words

CUT_OFF = """() => [...document.querySelectorAll('.customers td, .customers th, .banner')]
    .filter((cell) => cell.offsetParent !== null && cell.getBoundingClientRect().right > innerWidth - 12)
    .map((cell) => cell.innerText)"""


async def cut_off(page: Page) -> list[str]:
    """Cells that reach beyond a screen's edge."""
    return list(await page.evaluate(CUT_OFF))


async def test_lists_fit_a_small_screen(house: WebHouse, sign_in: SignIn, say: Words):
    admin = await house.signed_in("adi")
    made = await admin.post("/api/v1/users", {"login": "a-rather-long-name", "role": "supervisor", "teams": ["day"]})
    path = f"/api/v1/users/{made.json()['user']['id']}"
    assert (await admin.ask("PATCH", path, {"role": "auditor", "teams": None})).status == 200
    page = await sign_in("uma", width=390, height=844)
    for path, shows in (
        ("/people", "a-rather-long-name"),
        ("/audit", f"{say('told.role')}: {say('role.supervisor')} → {say('role.auditor')}"),
        ("/customers", "Hartwell Frames"),
    ):
        await page.goto(house.origin + path)
        await expect(page.locator(".customers .tbl")).to_contain_text(shows)
        assert await cut_off(page) == [], path


async def test_calls_that_nobody_took_stand_right_above_the_figures(house: WebHouse, sign_in: SignIn, say: Words):
    now = clock.now()
    async with house.database.write() as session:
        session.add(UnadoptedCallRow(leg="1", carrier="sim", started_at=now, ended_at=now + 1, fallback=True))
    page = await sign_in("sam", "/statistics")
    await page.goto(house.origin + "/statistics")
    banner, table = page.locator(".unadopted"), page.locator(".tblp")
    await expect(banner).to_contain_text(say("stat.unadopted"))
    above, below = await banner.bounding_box(), await table.bounding_box()
    assert above is not None
    assert below is not None
    assert above["height"] < 60
    assert 0 <= below["y"] - (above["y"] + above["height"]) <= 24
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await cut_off(page) == []
